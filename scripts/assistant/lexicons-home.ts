import { list } from "./phrase-list.js";

/** The house, the shopping, the weather and the way there. */
export const homeLexicons = {
  room: list(`
    kitchen | living room | bedroom | garage | hallway | bathroom | kids' room | basement | dining room | attic
    home office | guest room | laundry room | porch | upstairs hallway | nursery | den | patio | entryway | study
    master bedroom | pantry | sunroom | mudroom | back yard | workshop | walk-in closet | game room | front yard
    balcony | downstairs bathroom | music room | terrace | playroom | staircase
  `),
  device: list(`
    ceiling light | floor lamp | desk lamp | chandelier | night light | string lights | reading lamp | spotlights
    LED strip | porch light | bedside lamp | fairy lights | wall sconce | track lighting | corner lamp
    Christmas lights | aquarium light | under-cabinet lights | lava lamp | flood light | vanity lights | pendant lamp
    paper lantern | mirror light | closet light
  `),
  color: list(`
    red | blue | warm white | green | purple | orange | soft pink | turquoise | yellow | cool white | lavender | amber
    teal | magenta | gold | ice blue | crimson | mint green | peach | violet | sunset orange | navy | lime
    candlelight | coral | indigo | rose | aquamarine | deep red | ivory | salmon pink | chartreuse | rosé | sea green
  `),
  item: list(`
    milk | eggs | bread | bananas | paper towels | olive oil | jalapeños | toothpaste | cat food | spinach | coffee
    crème fraîche | batteries | rice | dish soap | cheddar | tomatoes | light bulbs | apples | shampoo | oat milk
    ground beef | butter | trash bags | piñata candy | cereal | garlic | toilet paper | salsa | chicken thighs
    sunscreen | honey | flour | rosé | baking soda | onions | ice cream | diapers | tortillas | lemons | sponges
    black tea | mayonnaise | strawberries | birthday candles | potatoes | dog treats | maple syrup | aspirin
    cucumbers | yogurt | gruyère | salad dressing | napkins | avocados | peanut butter | matches | sparkling water
    popcorn | laundry detergent | wrapping paper | carrots | basil | frozen peas | dental floss | pasta
  `),
  quantity: list(`
    two | three | a dozen | some | a bag of | half a kilo of | a bottle of | six | two boxes of | a pound of
    a couple of | 500 g of | a can of | four | a bunch of | 2 liters of | a pack of | five | ten | a jar of
    three bags of | one | a box of | 200 grams of | a few | two cans of | a carton of | a pair of | seven
    a family pack of | ½ pound of | eight | a crate of | three rolls of | a tube of | 1 kg of | plenty of | a tray of
    a slab of | a handful of
  `),
  list_name: list(`
    grocery list | shopping list | Costa Rica trip list | party list | hardware store list | weekly list
    weekend list | camping list | Christmas list 🎄 | pharmacy list | farmers market list | office supplies list
    baby list | bbq list | back to school list | corner shop list | wholesale list | picnic list | pet store list
    café list | moving list | Thanksgiving list | bakery list | emergency kit list
  `),
  city: list(`
    London | Paris | Zürich | Nairobi | São Paulo | New York | Tokyo | Lisbon | Malmö | Chicago | Bogotá | Mumbai
    Austin | Kraków | Cape Town | Montréal | Seoul | Dublin | Accra | Denver | Reykjavík | Boston | Hanoi | Málaga
    Seattle | Köln | Auckland | Miami | Tromsø | Cairo | San José | Prague | Toronto | Düsseldorf | Oslo | Phoenix
    Kyoto | Valparaíso | Edinburgh | Atlanta | Göteborg | Lagos | Portland | Wrocław | Jakarta | Marseille | Dallas
    Tbilisi | Córdoba | Nashville | Helsinki | Lima | Melbourne | Łódź | Santa Fe | Athens | Besançon | Halifax
    Porto | Omaha | Tallinn | Medellín | Leeds | Anchorage | Graz | Asunción | Baltimore | Kigali
  `),
  origin: list(`
    my place | Central Station | 14 Elm Street | the airport | Harbor Road | the mall | Union Square | work
    the university | Königsplatz | 221 Birch Avenue | the stadium | the old town | Pier 7 | Cherry Hill
    the train depot | St. Mary's hospital | 9 Rue Descartes | Oakwood | the convention center | the campus
    Market Street | the ferry terminal | my sister's house | 350 Lincoln Drive | the north side | Calle Mayor
    Terminal 2 | the hotel | the courthouse | 77 Sunset Lane | Greenwood | the day care | Gate 4 | the hostel
  `),
  destination: list(`
    the city museum | the zoo | 80 Pine Street | the beach | St. Anne's hospital | the nearest gas station
    Lakeview Mall | the airport | grandma's house | Café Mozart | the aquarium | 12 Queen's Road | downtown
    the stadium | Mount Alder trailhead | the post office | Plaza de España | the closest pharmacy | Willow Creek
    the opera house | the DMV | 5 Avenue Foch | the hardware store | Elm Park | the ice rink | the embassy
    Platform 9 | the farmers market | my gym | the national gallery | Bahnhofstraße | the vet clinic | the castle
    the outlet center | 1600 Valley Road | the concert hall | Tower Bridge | the nearest charging station
    the food bank | Old Orchard Beach | the recycling center | city hall
  `),
  travel_mode: list(`
    by bus | on foot | by bike | by car | by train | by subway | driving | walking | by tram | by ferry | cycling
    by taxi | by scooter | on public transport | by metro | by wheelchair | by streetcar | on horseback
    by motorcycle | by carpool | by rail | by light rail
  `),
  condition: list(`
    rain | snow | hail | sleet | a thunderstorm | fog | a heat wave | frost | drizzle | a blizzard | strong wind
    black ice | a storm | thunder | sunshine | a hurricane | heavy rain | smog | a tornado | clear skies | flooding
    lightning | freezing rain | a cold snap | showers | dust | a drought | slush | pollen | a rainbow
  `),
  sky: list(`
    sunny | windy | foggy | cold | hot | cloudy | freezing | humid | icy | stormy | warm | misty | dry | chilly
    muggy | overcast | smoggy | breezy | slippery | scorching | nice | below zero | mild | rainy | snowy | gloomy
    pleasant | wet | bitterly cold | clear
  `),
  timer_name: list(`
    pasta | laundry | pizza | tea | workout | eggs | cookies | nap | homework | meeting | bread dough | plank
    reading | roast | face mask | meditation | brownies | parking | piano practice | rice | quiche | dishwasher
    hair dye | study break | dumplings | sourdough | crème caramel | screen time | penalty box | lentils
  `),
  recurrence: list(`
    every day | every weekday | every Monday | on weekends | every morning | every Friday | twice a day | daily
    every other day | every Tuesday and Thursday | weekly | every month | each Wednesday | every night
    every first Sunday | every two hours | on school days | every Saturday | every evening | once a week
    each weekday morning | every other Friday | monthly | every hour | every second Tuesday | on workdays
    each Sunday | on the first of every month | every three days | every quarter
  `),
} satisfies Record<string, readonly string[]>;
