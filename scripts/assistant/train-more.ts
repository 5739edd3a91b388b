import { alarmTimerMore } from "./train-more-alarm-timer.js";
import { homeFillersMore } from "./train-more-fillers-home.js";
import { leisureFillersMore } from "./train-more-fillers-leisure.js";
import { peopleFillersMore } from "./train-more-fillers-people.js";
import { flightRouteMore } from "./train-more-flight-route.js";
import { lightClimateMore } from "./train-more-light-climate.js";
import { messageCallMore } from "./train-more-message-call.js";
import { recipeMusicMore } from "./train-more-recipe-music.js";
import { reminderCalendarMore } from "./train-more-reminder-calendar.js";
import { restaurantMovieMore } from "./train-more-restaurant-movie.js";
import { shoppingCurrencyMore } from "./train-more-shopping-currency.js";
import { translateMoneyMore } from "./train-more-translate-money.js";
import { weatherSportsMore } from "./train-more-weather-sports.js";

/** Further templates of every intent, for train only. A sentence that eval or test has too is left out. */
export const trainMoreTemplates: Readonly<Record<string, readonly string[]>> = {
  ...alarmTimerMore,
  ...reminderCalendarMore,
  ...messageCallMore,
  ...translateMoneyMore,
  ...lightClimateMore,
  ...shoppingCurrencyMore,
  ...recipeMusicMore,
  ...restaurantMovieMore,
  ...flightRouteMore,
  ...weatherSportsMore,
};

/** Further fillers by word list, for train only. A filler that eval or test has too, in any list, is left out. */
export const trainMoreFillers: Readonly<Record<string, readonly string[]>> = {
  ...peopleFillersMore,
  ...leisureFillersMore,
  ...homeFillersMore,
};
