import { list } from "./phrase-list.js";

/** Music, films, food, sport and travel. Titles, bands, restaurants, airlines and teams are invented. */
export const leisureLexicons = {
  song: list(`
    Paper Lanterns | Río de Cristal | Midnight Ferry | Seven Small Hours | Copper Sky | Dancing on the Roof
    Hold the Tide | Naïve Machines | Honeycomb | Long Way to Lagos | Mercury Street | Snow on the Antenna
    Nothing but Gravel | Electric Orchard | Bluebird Motel | Tu Sombra | Half a Moon | Wooden Satellite
    Letters I Never Sent | Slow Elevator | Marigold Parade | Thunder in a Teacup | Última Luz | Sleepwalk Boulevard
    The Lighthouse Keeper's Waltz | Ginger and Smoke | Tell It to the River | Pocket Full of Static | À Demain
    Velvet Traffic | Saltwater Radio | Borrowed Stars | Kitchen Floor Disco | Winter Coat | Ghost of a Chance Café
    Rattlesnake Lullaby | Halfway to August | Glasshouse | Polaroid Summer | Quiet Engines | Brass Canary
    Broken Compass | Sundial | One More Roundabout | Fireflies in Reverse | Hurricane Season | Little Tin Heart
    Drive Until Morning | Cardboard Crown | Neon Cathedral
  `),
  artist: list(`
    the Velvet Herons | Zoë Marchetti | Los Ríos Azules | Kaito Brandt | Ivory Static | DJ Parsnip | Björn Aldén
    Mabel Thornquist | the Night Librarians | Señora Tormenta | Oksana Vale | Big Rufus Tate | Glass Orchard
    Amadou & the Kites | Sister Telegraph | Étienne Moreau | Holloway Jones | the Paper Tigresses | MC Lowercase
    Freya Nightingale | Copper Coast | Tinashe Okoro | Static Marmalade | the Sunday Drivers | Lucía Fontana
    Old Harbor String Band | Nova Quint | Pilar Quintero | The Mild Weather | Hexagon Choir | Yumi Takeda
    Rusty Anchors | Ezra Holloway | Caravan of Moths | Renaud Petit | Fox & Lantern | Saint Pickle | Mira Solberg
    the Tin Whistlers | Orquesta Jacarandá | Velma Drake | Twelve Foot Fence | Isolde Crane | Kid Cumulus
  `),
  album: list(`
    Songs for Empty Trains | Blue Kitchen | Live at the Granary | The Year of the Crow | Atlas of Small Rivers
    Static Bloom | Café Nocturne | Postcards from Tromsø | Rooftop Sessions | Gravity's Garden | Slow Weather
    A Room with Two Pianos | Lemon Season | Twelve Windows | Night Bus Diaries | The Longest Hallway | Sea Glass
    Unfinished Maps | Ornament and Dust | Home Recordings | Arcade Hearts | The Beekeeper's Almanac | Low Tide
    Telephone Summer | Vol. 3: Déjà Vu | Feathers and Wire | Bright Machines | Second Breakfast | Evergreen Hotel
    North of Everything | Mirrorball Winter | The Silent Aviary
  `),
  playlist: list(`
    morning run | rainy day | focus mode | road trip | dinner party | sleepy time | leg day 💪 | oldies | beach vibes
    study beats | Sunday brunch | throwback Thursday | kids in the car | deep clean | coffee break ☕ | party starters
    campfire | date night | late night coding | summer 2019 | guilty pleasures | piano for work | Friday feeling
    workout bangers | my discoveries | quiet evenings | fiesta 🎉 | grandpa's favorites | spring cleaning | game day
    vinyl corner | yoga flow | the long commute | heartbreak hotel | acoustic mornings | baby naps | happy hour
  `),
  genre: list(`
    jazz | hip hop | reggae | classical music | country | indie rock | bossa nova | heavy metal | salsa | blues
    techno | K-pop | folk | soul | flamenco | ambient | punk | disco | afrobeat | gospel | swing | drum and bass
    opera | lo-fi | bluegrass | funk | ska | trance | baroque | synthwave | dub | house | chanson | mariachi
    trip hop | polka
  `),
  service: list(`
    Tunebox | Wavelet | Melodía | Songbird | Radiola | Groovehouse | Earworm | Jukebird | Soundnest | Vinylcloud
    Harmonia | Playtown | Streamlet | Audiophile Plus | Chorus | Octave | Bandstand | Hummingbird Radio
    Crescendo | Loopy
  `),
  restaurant: list(`
    Casa Bonita | the Copper Pot | Chez Amélie | Little Saigon | the Rusty Spoon | Mamá Rosa | Blue Lotus
    the Gilded Fork | Noodle Barn | Trattoria Fiorella | Smokehouse 42 | El Jardín | Sakura Garden | the Olive Branch
    Brasserie Côté | Spice Route | Harbor Grill | Kebab Corner | the Hungry Fox | Pâtisserie Lune | Golden Wok
    the Larder | Taco Loco | Old Mill Inn | Curry Leaf | Zum Goldenen Löwen | The Pickled Egg | Ramen Yokocho
    Bistro 19 | the Salty Dog | La Paloma | Tandoori Nights | Oyster & Ale | Piri Piri House | the Wandering Goat
    Dumpling Society | Moonrise Diner | Taverna Ariadne | the Juniper Room | Papaya Tree | Fjord Kitchen | Basilico
  `),
  cuisine: list(`
    Italian | Thai | Mexican | Indian | sushi | French | Ethiopian | Greek | Korean | vegan | Lebanese | barbecue
    Vietnamese | tapas | Peruvian | Turkish | Cantonese | seafood | Moroccan | steak | Polish | Cajun | Caribbean
    ramen | Persian | pizza | dim sum | Georgian | Brazilian | fondue | Szechuan | Hawaiian | Malaysian | brunch
    soul food | Portuguese
  `),
  dish: list(`
    pancakes | lasagna | chicken curry | crème brûlée | lentil soup | beef stew | pad thai | banana bread | risotto
    fish tacos | jalapeño poppers | shepherd's pie | ratatouille | mushroom stroganoff | apple pie | gazpacho
    fried rice | pumpkin soup | spaghetti carbonara | falafel | moussaka | cinnamon rolls | chili | soufflé
    paella | potato salad | goulash | meatballs | shakshuka | oatmeal cookies | spring rolls | cheesecake
    stuffed peppers | pho | garlic bread | gnocchi | jambalaya | borscht | dal | quiche | enchiladas | tiramisù
    scones | teriyaki salmon | bibimbap | macaroni and cheese | coleslaw | piñata cake
  `),
  ingredient: list(`
    chickpeas | chicken | spinach | leftover rice | eggs | zucchini | tofu | salmon | sweet potatoes | jalapeños
    ground beef | mushrooms | coconut milk | stale bread | cauliflower | feta | black beans | shrimp | pumpkin
    Greek yogurt | kale | cherry tomatoes | bacon | quinoa | eggplant | lentils | ripe bananas | crème fraîche
    cabbage | peanut butter | canned tuna | broccoli | avocado | blue cheese | noodles | pork chops | dates
    red onions | rhubarb | oats | gruyère | artichokes | turkey | fennel | walnuts
  `),
  diet: list(`
    vegetarian | gluten free | vegan | low carb | dairy free | keto | nut free | kosher | low sodium | halal | paleo
    sugar free | pescatarian | high protein | egg free | diabetic friendly | lactose free | Mediterranean | raw food
    low fat
  `),
  movie: list(`
    The Last Lighthouse | Robots in Love | Operation Mango | Café Solitaire | The Silent Orchard | Moon Over Tulsa
    Detective Possum | Crimson Harvest | The Glass Pilot | Return to Station Nine | Señor Invisible | Whispering Pines
    A Very Short Marriage | Dragons of the Delta | Night Shift at the Museum Café | The Beekeeper's Son | Velocity 3
    Amélie's Garden | Eleven Umbrellas | The Accidental Spy | Under the Frozen Bridge | Zombie Picnic | Papa's Trumpet
    Galaxy of Crumbs | Northbound | Tomorrow Was Tuesday | The Queen of Quarry Lane | Lost in Lisbon | Ghost Taxi
    The Clockmaker | Escape from Planet Turnip | Two Trains to Kyoto | Forever Autumn | Cannonball Kitchen
    The Paper Dragon | Shadow Ledger | Über Nacht | The Long Swim | Monkeys of Manhattan | Winter Circus
    Beneath the Neon | The Understudy
  `),
  cinema: list(`
    the Rialto | Grand Odeon | Cinéma Lumière | Starlight drive-in | the Palace theater | Union Square 12 | the Regent
    Riverside multiplex | the Roxy | Filmhaus | the Majestic | Westgate cinema | the Bijou | Northside 8 | the Avalon
    Metro Screen | the Paramount Arts | El Dorado cinema | the Coliseum | Moonbeam cinema | the Electric | Harbor Twin
    the Egyptian | Parkway plaza | the Orpheum | Skylight giant screen
  `),
  team: list(`
    the Harbor Hawks | Real Montaña | the Wolves | Dynamo Östberg | the Lakeside Lions | United | the Comets
    the Iron Bears | Sporting Vale | the Thunderbirds | Atlético Sur | the Redwoods | Northgate Rovers | the Sharks
    the Steel City Owls | FC Kestrel | the Blue Herons | Rapid Linden | the Mustangs | the Prairie Dogs | Torpedo
    the Night Foxes | Racing Club Azul | the Pelicans | the Bay Pirates | the Cyclones | Wanderers | the Moose
    the Desert Kings | Olympique Rivière | the Otters | the Falcons | Old Mill Albion | the Storm | the Badgers
    Inter Valdoro | the Grizzlies | the Rockets | the Sea Wolves | Eintracht Waldau
  `),
  league: list(`
    Champions Cup | Coastal League | Super Series | Premier Division | college basketball | women's world cup
    hockey playoffs | Northern Conference | Sunday league | Copa América del Sur | junior nationals | cricket cup
    state finals | Euro qualifiers | rugby sevens | Golden Bowl | preseason | handball league | volleyball open
    indoor championship | Atlantic League | Ryder trophy | minor league | summer games | netball final
  `),
  airline: list(`
    Nordwind Air | SkyBridge | Aurora Airlines | Blue Heron Air | Air Azúcar | Pacific Crane | JetSparrow | TransAlta
    Meridian | Air Fjord | Condor del Sur | EasyKite | Monarch Wings | Silver Gull | Cloudhopper | Sahara Air
    Lotus Airways | Polar Express Air | Coral Air | Redwood Airlines | Iberis | Zephyr | Baltic Star | Kiwi Jet
  `),
  cabin_class: list(`
    economy | business class | first class | premium economy | coach | standby | basic economy | comfort class
    flexible fare | business | economy plus | full fare | sleeper class | saver fare | coach class | executive class
    discount economy | upper class | first | economy light
  `),
} satisfies Record<string, readonly string[]>;
