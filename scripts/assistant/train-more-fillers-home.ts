import { list } from "./phrase-list.js";

/** More fillers about the house, shopping, weather and time, for train only. */
export const homeFillersMore: Readonly<Record<string, readonly string[]>> = {
  room: list(`
    hallway | hall | corridor | attic | study | den | office | library | closet | walk-in closet | family room | rec room | gym | home gym | media room | TV room | theater room
    kids' room | children's room | baby room | baby's room | girls' room | boys' room | teen room | guest bedroom | main bedroom | small bedroom | upstairs bedroom | my bedroom
    my room | upstairs | downstairs | upstairs hallway | upstairs bathroom | master bathroom | guest bathroom | powder room | restroom | toilet | shower | breakfast nook
    breakfast room | conservatory | veranda | balcony | deck | back porch | front porch | backyard | back yard | garden | driveway | carport | shed | barn | greenhouse | lobby | foyer
    landing | staircase | stairs | stairwell | cellar | wine cellar | utility room | boiler room | storage room | craft room | sewing room | art studio | studio | loft | bar | sauna
    pool house | pool | cabin | great room | drawing room | sitting room | parlor | lounge | piano room | dressing room | craft corner | kitchenette | mezzanine | whole house | house | apartment`),
  device: list(`
    light | lights | lamp | lamps | overhead light | overhead lights | reading lamp | reading light | night light | nightstand lamp | table lamp | corner lamp | standing lamp
    tall lamp | big lamp | small lamp | side lamp | piano lamp | porch light | outdoor lights | garden lights | patio lights | path lights | floodlight | floodlights | security light
    stair lights | hall light | closet light | shower light | sink light | stove light | hood light | counter lights | cabinet lights | shelf lights | bookshelf light | picture light
    aquarium light | fish tank light | wall lamp | wall lights | recessed lights | downlights | spotlight | light strip | light bar | light bulb | bulb | smart bulb | neon sign
    neon light | disco ball | party lights | tree lights | icicle lights | rope lights | candle lights | LED lights | LED panel | ring light | globe lamp | salt lamp | star projector
    crystal lamp | hanging lamp | pendant lights | ceiling lamp | ceiling fan light | dining lamp | work light | bench light | vanity light | bathroom mirror light | accent lights
    mood lights | ambient light | backlight | TV backlight | monitor light | lantern | lanterns | torch lamp | arc lamp | banker's lamp | clip lamp | sconces | main light | main lights`),
  color: list(`
    white | pink | purple | violet | black | brown | gray | gold | silver | bronze | beige | cream | ivory | cyan | maroon | olive | coral | crimson | scarlet | ruby | cherry red | rose
    hot pink | light pink | pale pink | fuchsia | plum | lilac | mauve | deep purple | royal purple | royal blue | sky blue | light blue | dark blue | baby blue | electric blue | midnight blue
    cobalt | sapphire | azure | aqua | emerald | forest green | dark green | light green | lime green | neon green | olive green | jade | mint | apple green | lemon | lemon yellow | pale yellow
    mustard | honey | golden yellow | tangerine | burnt orange | apricot | copper | rust | brick red | blood red | wine red | burgundy | cool white | bright white | soft white | daylight
    pure white | natural white | candle orange | ocean blue | ice white | neon pink | pastel blue | pastel green | rainbow | multicolor | sunrise | sunset | firelight | moonlight | soft pink | dim red`),
  item: list(`
    eggs | cheese | cream | sour cream | cottage cheese | cream cheese | mozzarella | parmesan | whipped cream | almond milk | soy milk | skim milk | chocolate milk | ice cream | frozen pizza | frozen berries
    chicken | chicken breasts | ground turkey | turkey | ham | bacon | sausages | hot dogs | steak | pork chops | salmon | tuna | shrimp | fish sticks | tofu | hummus | beans | black beans | chickpeas | lentils
    noodles | spaghetti | macaroni | lasagna sheets | tomato sauce | tomato paste | canned tomatoes | ketchup | mustard | soy sauce | hot sauce | vinegar | olive oil spray | vegetable oil | sugar | brown sugar
    salt | pepper | cinnamon | vanilla | garlic powder | baking powder | baking soda | yeast | chocolate chips | cocoa | oatmeal | granola | granola bars | crackers | chips | potato chips | pretzels | cookies
    nuts | almonds | peanuts | peanut butter | jam | jelly | raisins | candy | gum | chocolate | cake mix | bagels | buns | rolls | pita bread | muffins | croissants | rye bread | tomatoes | cherry tomatoes
    lettuce | cucumbers | celery | broccoli | cauliflower | peppers | mushrooms | garlic | ginger | corn | peas | green beans | zucchini | avocados | lemons | limes | oranges | grapes | pears | peaches | plums
    mangoes | pineapple | watermelon | blueberries | raspberries | cherries | kiwis | parsley | cilantro | mint | orange juice | apple juice | soda | cola | beer | red wine | white wine | water | tea | green tea
    coffee beans | coffee filters | paper towels | tissues | dish soap | laundry detergent | fabric softener | bleach | hand soap | shampoo | conditioner | body wash | deodorant | razors | shaving cream
    toothbrushes | mouthwash | floss | cotton balls | band-aids | vitamins | cough syrup | baby food | baby wipes | formula | dog food | dog treats | bird seed | cat litter | aluminum foil | plastic wrap
    sandwich bags | garbage bags | matches | candles | lighters | charcoal | pens | notebooks | tape | glue | scissors | envelopes | stamps | printer paper | ink cartridges | chargers | socks | gloves | tent pegs
    paper plates | plastic cups | straws | balloons | birthday candles | greeting cards | flowers | potting soil | seeds | nails | screws | paint | paintbrushes | sandpaper | extension cord | duct tape`),
  quantity: list(`
    1 | 2 | 3 | 4 | 5 | 6 | 10 | 12 | 20 | eleven | twelve | fifteen | twenty | thirty | another | a few | several | a lot of | lots of | plenty of | more | extra | enough | half a dozen | two dozen
    a bottle of | two bottles of | three bottles of | a carton of | two cartons of | a bag of | two bags of | a big bag of | a pack of | two packs of | a six pack of | a package of | a packet of
    a jar of | two jars of | a tube of | a tub of | a loaf of | two loaves of | a bunch of | two bunches of | a head of | a stick of | a bar of | three bars of | a roll of | two rolls of | a sack of
    a case of | a basket of | a pint of | a quart of | a gallon of | half a gallon of | two gallons of | a liter of | three liters of | half a liter of | a pound of | two pounds of | three pounds of
    half a pound of | a quarter pound of | an ounce of | ten ounces of | a kilo of | two kilos of | 2 kg of | 3 kg of | 100 g of | 250 g of | 300 grams of | 750 ml of | a slice of | six slices of | a cup of
    a handful of | a piece of | five pieces of | three boxes of | a small box of | a big box of | five cans of | six cans of | a set of | a bucket of | one bottle of | one bag of | one pack of`),
  list_name: list(`
    groceries list | food list | supermarket list | market list | store list | hardware list | hardware store list | pharmacy list | drugstore list | beach list | vacation list
    travel list | packing list | trip list | hiking list | ski trip list | road trip list | festival list | barbecue list | birthday list | birthday party list | wedding list | gift list | present list | wish list
    Easter list | Halloween list | New Year list | holiday list | dinner list | dinner party list | Sunday dinner list | breakfast list | lunch list | snack list | baking list | taco night list | soup list
    drinks list | bar list | wine list | liquor store list | cleaning list | household list | house list | kitchen list | bathroom list | garden list | garden center list | garage list | toolbox list | repair list
    school list | school supplies list | back to school list | craft list | art supplies list | office list | dog list | cat list | pet list | kids list | family list | mom's list | weekend list | monthly list
    big shop list | costco run list | butcher list | fish market list | cabin list | boat list | game night list | potluck list | fridge list | freezer list | pantry list | to buy list | work list | sewing list`),
  timer_name: list(`
    eggs | boiled eggs | chicken | roast chicken | turkey | steak | potatoes | baked potatoes | cake | cookies | brownies | muffins | pie | bread | noodles | spaghetti | soup | stew | sauce | chili | beans | oven
    grill | microwave | coffee | espresso | green tea | popcorn | salmon | ribs | casserole | lasagna | quiche | pancakes | waffles | dough | pizza dough | marinade | jello | ice bath | freezer
    washing machine | washer | dryer | wash | clothes | iron | sprinkler | hose | garden | sauna | bath | shower | face mask | hair mask | nail polish | tooth brushing | toothbrush | workout | exercise | run | jog
    cardio | yoga | stretching | squats | push-ups | rest | break | coffee break | lunch break | lunch | power nap | sleep | bedtime | bath time | quiet time | time out | play time | game | video game | chess | quiz
    TV | tablet | phone | study | work | focus | pomodoro | exam | test | speech | presentation | meeting | call | interview | writing | piano | guitar | violin | practice | prayer | breathing | walk | dog walk
    medicine | pill | ice pack | heating pad | charging | car charger | paint | glue | laundry room | cleaning | vacuum | dishes | kiln | candle`),
  recurrence: list(`
    every morning | every afternoon | every week | every year | every weekend | every Tuesday | every Wednesday | every Thursday | every Sunday | every other week | every other Monday | every two weeks
    every second day | every third day | every two days | every four hours | every six hours | every eight hours | every half hour | every thirty minutes | every fifteen minutes | every second Tuesday
    every workday | every school day | every single day | every Monday morning | every Friday night | every Sunday evening | every Monday and Thursday | every Tuesday and Thursday | every Saturday morning
    each day | each morning | each evening | each night | each week | each month | each Monday | each Tuesday | each Friday | each Saturday | each Sunday | each weekend | once a week | once a day | once a month
    twice a day | twice a week | three times a day | hourly | yearly | biweekly | nightly | annually | quarterly | on weekdays | on Mondays | on Tuesdays | on Wednesdays | on Thursdays | on Fridays | on Saturdays
    on Sundays | on Monday mornings | on Friday evenings | on school days | on school nights | on the first of the month | on the last day of every month | from Monday to Friday | Monday through Friday
    Mondays and Wednesdays | during the week | at weekends | all week | weekdays | weekends | mornings | every first Sunday | every month on the 15th | every other Sunday | every five minutes`),
  condition: list(`
    sun | sunshine | wind | clouds | showers | heavy rain | light rain | rain showers | thunderstorms | a thunderstorm | storms | snowfall | heavy snow | light snow | a snowstorm | a blizzard | snow showers | ice
    icy roads | mist | haze | dense fog | heat | a heat wave | high humidity | strong winds | high winds | gusts | a breeze | gales | a gale | a cyclone | a typhoon | a tropical storm | tornadoes | hurricanes | hailstorms
    a drought | dry spells | a dust storm | a sandstorm | smoke | wildfire smoke | bad air | air pollution | floods | flash floods | a downpour | precipitation | frost at night | ground frost | a freeze | subzero weather
    dew | a rainbow | clear skies | blue sky | overcast skies | dark clouds | thunder and lightning | a monsoon | monsoon rain | a snow day | wet snow | wintry showers | a warm front | a cold front | drizzle and fog | UV rays`),
  sky: list(`
    hot | cool | rainy | snowy | stormy | clear | bright | freezing | freezing cold | boiling | boiling hot | scorching | sweltering | muggy | damp | soggy | hazy | smoky | dusty | smoggy | frosty | wintry | balmy | mild enough
    pleasant | warm enough | beautiful | lovely | fine | bad | awful | terrible | miserable | grey | gray | dark | dull | drizzly | showery | thundery | blustery | gusty | calm | still | very hot | very cold | really windy | quite cool
    partly cloudy | mostly sunny | mostly cloudy | partly sunny | above freezing | below freezing | above zero | over 30 degrees | hotter | colder | warmer | cooler | sunnier | wetter | tropical | crisp | fresh | nippy | comfortable
    good | dangerous | unbearable | changeable | sticky | wet and windy | cold and wet | hot and humid | warm and sunny`),
  date: list(`
    tonight | right now | this week | this month | next month | next year | next weekend | next Monday | next Friday | next Saturday | this Wednesday | this Thursday | this Friday | this coming Sunday
    tomorrow morning | tomorrow evening | tomorrow at noon | early tomorrow | first thing tomorrow | late tonight | later tonight | later on | in the morning | in the afternoon | in the evening
    at the weekend | over the weekend | at night | in a week | in a month | in a few days | in a couple of days | in a couple of weeks | in three weeks | in two weeks | in three days | in four days
    in ten days | two weeks from now | three days from now | a week from today | a week from now | one week from Saturday | a month from now | two weeks from Friday | the following Monday
    the day after | at the end of the week | at the end of next week | by the end of the month | the first week of June | early next month | late next week | mid January | in March | in July | in December
    in spring | in summer | in the fall | this winter | this summer | next summer | next spring | this coming week | this noon | Monday morning | Monday night | Tuesday morning | Wednesday evening
    Thursday morning | Friday night | Saturday evening | Sunday afternoon | Friday after work | Monday at noon | early Monday | late Friday | Sunday at dawn | before the weekend | after the weekend | after lunch today`),
  past_date: list(`
    last week | last year | last season | last Tuesday | last evening | yesterday afternoon | yesterday evening | yesterday morning | yesterday night | today | tonight | this morning | this afternoon | this week
    this weekend | on Sunday | on Saturday | on Monday | on Friday night | on Wednesday | Saturday night | Sunday afternoon | Friday night | Monday night | Saturday last week | Wednesday last week
    3 days ago | three days ago | two days ago | four days ago | 4 days ago | 6 days ago | two weeks ago | a month ago | a few days ago | the other day | the other night | in the last round | over the weekend
    in May | in 2019 | in the nineties | last spring | last winter | last summer | last October | a year ago | a week ago Sunday | two Saturdays ago | last time | on the 3rd of May | on opening day`),
  day: list(`
    Sunday | Mondays | Sunday the 5th | Monday the 12th | Friday the 13th | Tuesday the 21st | Saturday the 9th | the first of May | the second of June | the third of July | the tenth of March | the last day of June
    May first | June second | July fourth | August ninth | March tenth | April third | December first | January second | October thirtieth | New Year's Day | Christmas | Christmas Day | Thanksgiving | Memorial Day
    Father's Day | Independence Day | Veterans Day | Good Friday | Palm Sunday | Hanukkah | Passover | Eid | Holi | Bastille Day | St. Patrick's Day | Groundhog Day | Juneteenth | her birthday | our anniversary
    my anniversary | mom's birthday | payday | laundry day | moving day | graduation day | the weekend | Monday or Tuesday | the coming Friday | the following Thursday | the last Friday of the month`),
  time: list(`
    noon | dawn | dusk | sunrise | sunset | breakfast time | dinner time | bedtime | six | seven | eight | nine | ten | four | five | one | two | three | twelve | six am | seven am | five am | eight pm | nine pm | ten pm
    half past nine | half past ten | half past five | quarter past nine | quarter to six | a quarter to nine | a quarter past seven | five past six | ten past four | twenty past two | twenty to nine | five to eight
    five thirty | six thirty | nine thirty | seven fifteen | seven forty five | six forty five | eight fifteen | nine fifteen | ten fifteen | six a.m. | 6 a.m. | 7 a.m. | 8 a.m. | 5:30 a.m. | 6:15 p.m. | 7:45 p.m. | 9 p.m.
    6am | 7am | 8am | 5pm | 6pm | 7:30am | 8:30pm | 10pm | 0600 | 1800 hours | 12 noon | 12 midnight | six o'clock | seven o'clock | nine o'clock | 7 o'clock sharp | six in the evening | nine in the morning | six in the morning
    ten at night | eleven at night | early morning | mid morning | the afternoon | late afternoon | midday | around noon | about six | just after eight | tea time | 8ish | sunup | sundown`),
  duration: list(`
    a minute | one minute | 1 minute | five mins | ten minutes | fifteen minutes | twenty minutes | thirty minutes | forty five minutes | sixty minutes | ninety minutes | a quarter of an hour | three quarters of an hour
    an hour and a half | one and a half hours | one hour | 1 hour | two and a half hours | a couple of minutes | a couple of hours | a few minutes | half a minute | thirty seconds | ten seconds | 30 seconds | 45 seconds | 10 seconds
    90 seconds | a minute and 20 seconds | 2 minutes and 30 seconds | 5 minutes 30 seconds | 1 hour 15 minutes | an hour and ten minutes | two hours and a half | 1 hr | 2 hrs | 20 mins | 10 mins | 1 min | 2 mins | 15 mins
    twelve minutes | twenty five minutes | thirty five minutes | ten hours | 12 hours | 8 hours | seven hours | three and a half minutes | four and a half hours | 100 minutes | 8 minutes | 13 minutes | 33 minutes | 65 minutes`),
  brightness: list(
    "full | max | min | dim | bright | medium | very low | very bright | high | the highest setting | the maximum | the minimum | full power | half power | half brightness | low brightness | ten | fifty | twenty percent | thirty percent | forty percent | fifty percent | sixty percent | seventy percent | eighty percent | a hundred percent | 100 percent | 100% | 1% | 12% | 33% | 55% | 70% | 35 percent | 25 percent | 95 percent | level 2 | level 10 | level four | level one | one third | two thirds | three quarters | candle level | reading level",
  ),
  party_size: list(
    "one | 1 | 8 | 10 | 15 | thirteen | fifteen | twenty | one person | 1 person | two adults | four people | four adults | five people | 4 people | 5 people | 6 people | 14 people | 20 people | 25 people | thirty people | two guests | three guests | four guests | five guests | six guests | eight guests | ten guests | 5 guests | 8 guests | 4 adults | 6 adults | the two of us | the four of us | the whole family | my family | my wife and me | two adults and two kids | two adults and one child | four adults and a baby | a group of eight | a group of ten | me and a friend | me and my wife | all six of us | fourteen | four or five | both of us | us two | three kids",
  ),
};
