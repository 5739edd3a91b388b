import { list } from "./phrase-list.js";

/** More fillers about music, food, films, sports and travel, for train only; names are invented. */
export const leisureFillersMore: Readonly<Record<string, readonly string[]>> = {
  song: list(`
    Wildflower Engine | Tell Me Tuesday | Ocean in a Jar | Run to the Lighthouse | Velvet Morning | Gravity Fails | Crooked Moon
    Black Umbrella | The Way You Whisper | Hold the Door | Fireflies at Noon | Never Coming Back | Don't Wake the Neighbors
    Sugar and Rust | Under a Paper Sky | Lonely Elevator | Sail Away Slowly | Baby It's Monday | Dust on My Shoes | Hey Geraldine
    Copper Wire | A Thousand Doorbells | Love in Low Gear | Red Kite | Stay a While | My Heart Is a Suitcase | Dear Gravity
    Old Yellow Bus | Rain on Tin | Falling Upwards | All the Wrong Stations | Slow Burn Avenue | We Were Giants | Half a Moon
    Little Earthquake | Lost My Umbrella | Neon Sparrow | The Last Bus Home | Green Eyed Weather | Back to the Valley | Echo Park
    Dance With My Shadow | Call It Even | Strange Fruit Salad | Cold Coffee Blues | Hotel Nowhere | I Forgot the Words | Wishbone
    Dream in Stereo | Lady of the Lift | Bubblegum Army | Holding Pattern | Sister Moonlight | Mañana Tal Vez | Corazón de Papel
    Où Va la Nuit | Sternenstaub | Blå Himmel | Paper Boat | Carousel | Undertow | Matchstick | Satellite Kisses | Tin Roof
    When the Bakery Opens | If I Had a Boat | Ten Feet of Snow | Ride the Escalator | Take Me to Tulsa | Everything but You
    Play It Again Pam | One Way Mirror | Seventeen Summers | Two Left Feet | Cinnamon Girl Friday | The Ballad of Bad Parking
    Moonshine Highway | Porch Light | Quicksand | Jellyfish | Supernova Sunday | Rewind | Tambourine | Golden Hour Glass`),
  artist: list(`
    the Brass Monkeys | Lila Fontaine | The Broken Umbrellas | Marcus Vane | Tommy Two Shoes | the Quiet Riots of Leeds | DJ Pomelo
    Penny Arcade | the Lost Luggage | Sister Gasoline | The Hollow Pines | Juniper Lane | Neon Walrus | Ada Brightwater | Moss
    Paper Planets | Kodiak Jones | the Velvet Spoons | Lady Saffron | MC Thermos | Big Tuna | the Foggy Notions | Hank Waverly
    Lucinda Rey | The Cardigan Club | Bruno Calloway | Wild Geese | the Marble Kings | Nina Okonkwo | Sam Featherstone | Delta Moon
    Ruby Castellano | The Five Cousins | Ghost Pepper | Slow Elevator | Blind Melody | the Wooden Spoons | Billie Nightingale
    Los Gatos Verdes | Grupo Candela | La Reina Sol | Björn Eklund | Søren & the Fjords | Célia Dumont | Die Blauen Vögel | Mitsuko
    the Tokyo Umbrellas | Amara Diallo | Fela Brightman | Young Comet | Lil Biscuit | Queen Latitude | the Second Hand Band
    The Velour Underground | String Theory Quartet | Cedar & Ash | Maple Street Choir | Dame Gloria Finch | the Wandering Eyes
    Iron Lullaby | Crimson Tractor | Deaf Leprechaun | Mad Hatters Ball | Electric Grandpa | Honey Badgers | Orchid | Skeleton Crew
    Charlie Bluebird | Frankie Vermont | Dolly Parsley | Otis Greenfield | Marvin Gale | Ella Winterbourne | Pip and the Squeaks
    Lady Fern | Elvin Prestwick | Johnny Ash | Amy Glasshouse | Carmen Del Río | Aurora Lindgren | Blue Velvet Trio | Tango Siete`),
  album: list(`
    Thirteen Doors | Greatest Misses | Unplugged at Home | Midnight Groceries | The Color of Rain | Dark Side of the Barn | Homecoming
    Love and Other Chores | Black Tea | Nowhere Fast | Letters from Oslo | Back to Beige | Abbey Lane | Purple Drizzle | Hotel Idaho
    Rumors of Spring | Songs in the Key of Lemon | The Great Escape Plan | Tidal | Gravel and Gold | Winter Songs | The White Notebook
    Wish You Were Late | Nevermore | Kind of Green | Blood on the Frets | A Night at the Laundromat | Quiet Storms | Paper Moon Rising
    First Light | Acoustic Evenings | Volume Two | Live in Lisbon | Live from the Basement | Sunday Best | Stories for Giants
    The Orchard | Northern Lines | Homemade Thunder | Fever Garden | Echoes of Elm Street | Desert Postcards | Clockwork Hearts
    Coastal Drive | Small Town Astronaut | Machine Dreams | Salt | Bloom | Embers | Horizons | Mosaic | Wanderlust | Static and Silk
    Canción de Cuna | Noches de Abril | Le Grand Voyage | Über den Wolken | The Art of Losing Keys | Out of Order | Bittersweet Symmetry`),
  playlist: list(`
    chill | workout | dinner | party | study | sleep | driving | summer | summer hits | gym | running | cooking | cleaning | relax
    relaxing | wedding | Christmas | Halloween | favorites | my favorites | best of the nineties | eighties classics | top hits | new finds
    discover | road trip classics | morning coffee | wake up | good morning | bedtime | lullabies | nursery songs | dance party
    girls' night | poker night | barbecue | pool party | camping | beach day | rainy Sunday | monday blues | hump day | weekend
    happy hour | happy songs | sad songs | breakup | love songs | slow dances | romantic evening | feel good | power hour | pump up
    cardio | leg day | spinning | meditation | spa | zen | deep focus | concentration | reading | homework | office | gaming
    coding | acoustic | unplugged | indie mix | jazz café | Latin heat | country roads | old school | throwbacks | dad rock | mom's mix
    family car | holiday | winter | autumn walk | spring fling | nostalgia | karaoke | sing along | guitar heroes | movie themes
    liked songs | daily mix | most played | Berlin nights | Paris in the rain | garden | night drive | sunset | sunrise | afternoon tea`),
  genre: list(`
    rock | pop | country | blues | rap | classical | punk | metal | R&B | gospel | bluegrass | electronic | dance | dubstep | grunge
    ska | latin | bossa nova | samba | flamenco | tango | cumbia | bachata | merengue | reggaeton | dancehall | trap | drill | grime
    garage rock | indie | indie pop | alternative | alternative rock | classic rock | soft rock | hard rock | progressive rock | psychedelic rock
    surf rock | post punk | new wave | synthwave | synth pop | J-pop | Britpop | Bollywood | celtic | fado | klezmer | zydeco | Motown
    neo soul | smooth jazz | bebop | big band | ragtime | acid jazz | chamber music | piano music | choral music | symphonies | film scores
    soundtracks | show tunes | musicals | easy listening | lounge | chillout | chillwave | new age | meditation music | nature sounds
    white noise | jungle | hardcore | hardstyle | electro | minimal techno | deep house | eurodance | world music | highlife | rumba | mambo
    christmas carols | children's songs | acoustic | singer songwriter | folk rock | americana | rockabilly | honky tonk | emo | death metal`),
  service: list(
    "Beatbox Radio | Melody Lane | Tuneful | Songcloud | Rhythmia | Vinyl Plus | Notewave | PlayPal | Audiotown | Chordify Now | Radio Nova Plus | Earworm | Bandstand | Musicbox | Lyra | Tempo | SoundPond | Stereo Nine | Drumroll | Hi-Fi Now | Tonic | Cadenza | Fonica | Loudly | Mixtape Go | Encore | Harmony Hub | Treble | Echo Tunes | Vibrato | Canto | Radiola | Bopster | Singsong | Maestro | Pulse Radio",
  ),
  restaurant: list(`
    Luigi's | Mario's Kitchen | Mama Lucia | Trattoria Verde | Osteria Luna | Pizzeria Vesuvio | Pasta Palace | The Rusty Spoon
    the Lazy Lobster | the Golden Goose | the Red Lantern | the Blue Door | the Green Pea | the Wild Boar | the Crab Shack | Burger Barn
    Patty's Diner | Joe's Grill | Big Al's | Sal's Steakhouse | The Prime Cut | Smoky Joe's | Harbor Grill | Captain's Table
    Fisherman's Rest | Sushi Sora | Tokyo Table | Hana Sushi | Lotus House | Jade Palace | Dragon Pearl | Peking House | Bamboo Court
    Wok This Way | Saigon Corner | Bangkok Street | Thai Orchid | Royal Curry | Taj Garden | Bombay Lounge | Masala House
    Curry Leaf | Istanbul Grill | Sultan's Table | Beirut Nights | Cedar House | Casa Luna | La Cantina Roja | El Toro Bravo
    Don Pedro's | Tía Juana | Cactus Jack's | La Petite Table | Le Coq Bleu | Chez Margot | Brasserie Lafitte | Café Dumas
    Gasthaus Linde | Zur Alten Post | Café Sacher Eck | The Old Crown | The Fox and Hound | The King's Arms | Rose & Thistle
    The Salty Dog | The Tipsy Cow | The Green Dragon Inn | Seven Sisters | Table Nine | Bistro Nova | Mosaic | Ember & Oak | Saffron
    Fig & Honey | Rosemary's | Sage | Thyme Out | The Larkspur | Orchard House | Farm Table | Nonna Pia | Aunt May's | Pancake House
    The Breakfast Club House | Waffle Works | Sunny Side Up | Bagel Brothers | Seoul Kitchen | Kimchi Corner | Addis Table | Zagora
    Little Havana Room | Jerk Shack | Aloha Grill | Borsch & Co | Kraków Kitchen | Nordlys | Smörgås House | Paella Pan | Tapas Tonight`),
  cuisine: list(`
    Chinese | Japanese | Spanish | German | American | British | Irish | Ethiopian | Persian | Peruvian | Argentinian | Cuban | Jamaican
    Polish | Russian | Ukrainian | Hungarian | Austrian | Swiss | Swedish | Danish | Portuguese | Filipino | Indonesian | Taiwanese
    Cantonese | Mongolian | Tibetan | Nepalese | Pakistani | Bangladeshi | Sri Lankan | Afghan | Iraqi | Syrian | Israeli | Egyptian
    Tunisian | Nigerian | Senegalese | South African | Southern | Tex-Mex | Creole | soul food | fusion | Asian | Asian fusion | European
    Latin American | Middle Eastern | African | Scandinavian | Nordic | Balkan | sushi | steak | burger | noodle | dim sum | fish
    vegan | vegetarian | fast food | street food | fine dining | breakfast | dessert | curry | kebab | dumpling | fondue | hot pot | grill
    taco | paella | poke | wings | pub food | farm to table | halal | kosher | Sicilian | Tuscan | Bavarian | Basque | Catalan | Punjabi`),
  dish: list(`
    spaghetti | lasagne | pizza | mac and cheese | chicken soup | tomato soup | onion soup | lentil soup | minestrone | clam chowder | ramen
    pad thai | fried rice | stir fry | sushi | dumplings | curry | butter chicken | tikka masala | biryani | samosas | naan | falafel | hummus
    tacos | burritos | quesadillas | nachos | guacamole | fajitas | tamales | paella | tortilla | empanadas | ceviche | fish tacos | fish and chips
    roast chicken | fried chicken | chicken pot pie | chicken wings | beef bourguignon | pot roast | meatloaf | burgers | cheeseburgers | steak
    pulled pork | ribs | pork roast | schnitzel | goulash | pierogi | sauerbraten | stuffed cabbage | cabbage rolls | beef stroganoff | kebabs
    lamb chops | lamb stew | turkey | grilled salmon | fish soup | shrimp scampi | crab cakes | lobster rolls | omelette | scrambled eggs
    poached eggs | eggs benedict | frittata | quiche | french toast | waffles | crêpes | granola | oatmeal | porridge | muffins | blueberry muffins
    bread | sourdough | focaccia | garlic bread | cornbread | bagels | pretzels | biscuits | rolls | brownies | cookies | chocolate chip cookies
    chocolate cake | carrot cake | apple pie | cherry pie | pecan pie | key lime pie | lemon tart | fruit salad | ice cream | sorbet | pudding
    bread pudding | rice pudding | panna cotta | mousse | chocolate mousse | tiramisu | baklava | churros | doughnuts | cupcakes | macarons | fudge
    caesar salad | greek salad | coleslaw | pasta salad | bean salad | mashed potatoes | baked potatoes | french fries | roast potatoes | risotto balls
    ravioli | pesto | alfredo | bolognese | carbonara | cannelloni | gnocchi soup | pasta e fagioli | eggplant parmesan | vegetable lasagna
    stuffing | gravy | tomato sauce | barbecue sauce | salsa verde | tzatziki | tabbouleh | couscous | tagine | jollof rice | jambalaya | gumbo
    chili con carne | veggie burgers | lentil curry | pumpkin pie | banana pancakes | smoothies | lemonade | sangria | kimchi | bibimbap | bulgogi`),
  ingredient: list(`
    beef | pork | lamb | ham | sausage | sausages | ground turkey | chicken breast | chicken thighs | duck | veal | steak | tuna | cod | trout | crab
    lobster | squid | sardines | anchovies | mussels | clams | eggs | milk | butter | cream | sour cream | yogurt | cheese | cheddar | mozzarella
    parmesan | goat cheese | cottage cheese | ricotta | tofu | tempeh | beans | black beans | kidney beans | white beans | green beans | peas | corn
    rice | brown rice | noodles | pasta | spaghetti | couscous | bulgur | barley | oats | flour | bread | tortillas | potatoes | carrots | celery
    onions | garlic | ginger | leeks | peppers | bell peppers | jalapeños | eggplant | cucumber | tomatoes | canned tomatoes | lettuce | arugula
    chard | cauliflower | brussels sprouts | asparagus | beets | radishes | turnips | parsnips | squash | butternut squash | okra | apples | bananas
    pears | peaches | plums | cherries | berries | blueberries | strawberries | raspberries | cranberries | oranges | lemons | limes | grapes | mango
    pineapple | melon | coconut | dates | figs | raisins | almonds | walnuts | peanuts | cashews | pine nuts | peanut butter | honey | maple syrup
    chocolate | dark chocolate | vanilla | cinnamon | nutmeg | cumin | turmeric | saffron | basil | cilantro | parsley | mint | rosemary | thyme
    dill | sage | olive oil | soy sauce | vinegar | mustard | mayonnaise | leftover chicken | leftover turkey | ripe bananas | frozen vegetables`),
  diet: list(
    "vegan | dairy free | nut free | egg free | lactose free | fat free | low fat | low calorie | healthy | organic | halal | plant based | whole grain | grain free | wheat free | soy free | heart healthy | light | high fiber | meatless | meat free | carb free | no sugar | low cholesterol | kid friendly | whole food | clean | budget | spicy | macrobiotic | alkaline | anti inflammatory | salt free | vegetable only",
  ),
  movie: list(`
    Night of the Tuba | The Winter Tenant | Sharks in Space | My Neighbor the Spy | The Fourth Floor | Love on Line Nine | Dead Reckoner | Iron Duchess
    The Great Cheese Robbery | Return to Willow Creek | Return of the Yeti | Planet of the Geese | A Day in Denver | Three Weddings and a Flood
    The Clockmaker's Daughter's Dog | Silent Harbor | Fast and Curious | Mission Improbable | The Accountant's Revenge | Bride of the Swamp
    Star Farmers | Star Farmers Two | Captain Thunder | Captain Thunder Returns | The Invisible Aunt | Wolves of Winter | Dog Detective
    Bear in the Big House | Penguin Parade | The Littlest Robot | The Princess and the Plumber | Toy Soldiers of Fortune | Frozen Peas
    The Lion Queen | Finding Norbert | Upside | Inside Job | Nothing to Declare | The Longest Lunch | Goodbye Mister Lee | Blue Velvet Road
    Before the Sunrise Bus | The Pianist's Hands | Ballad of a Cowboy | High Noon at Midnight | Gold Rush Gals | The Last Sheriff | Desert Run
    The Haunting of Room Nine | Scream Quietly | The Cellar | The Babysitter's Secret | Vampires Anonymous | Attack of the Mold | Cold Case Casey
    Murder on the Night Bus | Who Framed Aunt Edna | The Third Witness | Double Alibi | Heist at the Opera | Eleven's Company | The Art Thief
    Under Tuscan Rain | Paris in April | Sleepless in Spokane | When Larry Met Molly | Crazy Little Thing | The Proposal Plan | Maid in Madrid
    Love Accidentally | El Último Verano | La Casa Azul | Le Petit Voleur | Das Haus am See | Tokyo Rain | Seoul Train | Bombay Beats | Ikigai
    War of the Whales | Submarine | Flight 909 | Runaway Ferry | Tower of Ice | Volcano Summer | Asteroid Day | The Flood | Quake | Avalanche
    The Queen's Cook | Queen of Hearts and Clubs | The Duke of Dover | Letters to Julia | Little Men | Jane's Heir | Pride of Penzance | Emmaline
    Rocket Boys | Apollo's Garden | The Martian Gardener | Gravity Well | Interlunar | Time Loop | Yesterday Again | The Butterfly Trap`),
  cinema: list(`
    the Plaza | the Palace | the Regent | the Capitol | the Paramount Hall | the Orpheum | the Lyric | the Tivoli | the Astor | the Ritz | the Gaumont Hall
    the Avalon | the Empire | the Apollo | the Strand | the Savoy | the State | the Globe | the Crown | the Crescent | the Castro Hall | the Vista | the Aurora
    the Music Box Hall | the downtown cinema | the mall cinema | the old cinema | the art house | the drive-in | Central Cinema | City Cinema | Park Cinema
    Main Street Cinema | Lakeside 10 | Eastgate 6 | Southpoint 16 | Valley Fair 14 | Hilltop Twin | Bayview Cinema | Cineplex North | Cine Sol
    Cinéma Étoile | Kino Babel | Kino Mitte | Filmhaus | Movie Barn | Movie World | Screen One | Screen Palace | Silver City 7 | Starplex | Moonlight Cinema
    Sunset Drive-In | Oakwood Theater | Elmwood Theater | Rosebud Theater | Gem Theater | Victory Theater | Century Hall | Grand Avenue Theater | Dome Cinema`),
  team: list(`
    the Tigers | the Lions | the Bears | the Eagles | the Panthers | the Bulls | the Raptors | the Knights | the Pirates | the Giants | the Titans | the Vikings
    the Warriors | the Spartans | the Trojans | the Hornets | the Wildcats | the Bobcats | the Bulldogs | the Huskies | the Cougars | the Jaguars | the Rams
    the Broncos | the Colts | the Chargers | the Saints | the Royals | the Kings | the Dukes | the Senators | the Rangers | the Pioneers | the Comets
    the Meteors | the Thunder | the Lightning | the Blizzard | the Avalanche | the Flames | the Sparks | the Suns | the Stars | the Galaxy Nine | the Jets
    the Flyers | the Sailors | the Mariners | the Admirals | the Dolphins | the Orcas | the Seals | the Penguins | the Cardinals | the Ravens | the Robins
    the Blue Jays of Kent | the Red Kites | the Golden Owls | the Grizzlies | the Badgers | the Foxes | the Coyotes | the Rattlers | the Cobras | the Scorpions
    Riverside United | Lakeside City | Ashford Town | Milton Athletic | Kingsbury Rangers | Westbrook Wanderers | Thornton Villa | Dockside FC | FC Marienburg
    SV Waldheim | Borussia Lindau | Olympique Verdon | AS Portofino | Real Carmona | Deportivo Luna | Sporting Faro | Ajax Noord | IFK Norrby | Spartak Volna
    Lokomotiv Ost | Steaua Nord | Galatea Spor | Al Noor | Kaiju Osaka | Seoul Phoenix | Boca Sur | River North | Santos Azul | the Bay City Bombers
    the Harlem Hoops | the Austin Armadillos | the Portland Pines | the Boston Clams | the Tulsa Twisters | the Denver Yaks | City | Rovers | Athletic`),
  league: list(`
    league | national league | premier league | first division | second division | champions league | europa cup | world cup | continental cup | FA trophy
    super cup | city cup | state cup | national cup | regional league | junior league | youth league | women's league | college league | high school league
    basketball league | hockey league | football league | baseball league | rugby league | soccer league | volleyball league | cricket league | lacrosse league
    Pacific League | Western Conference | Eastern Conference | Southern League | Mountain League | Lakes League | Harbor League | Valley League | Island Cup
    Pan American games | winter games | olympics | Masters | grand slam | open championship | tennis open | golf open | playoffs | semifinals | quarterfinals
    finals | qualifiers | all star series | Crown Series | Silver Cup | Diamond Series | Heritage Cup | Unity Cup | Nordic League | Alpine Cup | Iberian League
    Baltic League | Balkan Cup | Gulf Cup | Asian Cup | African Cup | Copa del Sol | Copa Norte | Liga Azul | Serie Uno | Bundescup | Eredivisie Noord | Six Nations Shield`),
  airline: list(`
    Skyways | Global Air | United Wings | Star Air | Sunbird | Falcon Air | Eagle Airways | Blue Sky Airlines | Red Kite Air | Green Jet | Golden Wings | Air Lumina
    Air Boreal | Air Celeste | Air Atlas | Air Pampas | Air Mistral | Aero Norte | Aero Caribe | Aerolínea Sur | Royal Heron | Royal Pacific | Northern Star
    Southern Cross Air | Eastern Breeze | Western Pacific Air | Trans Nordic | Trans Global | Inter Isles | Island Hopper | Ocean Air | Coastline Airways
    Highland Air | Alpine Air | Savanna Airlines | Nile Wings | Lotus Air | Jade Airways | Sakura Air | Cherry Jet | Panda Air | Tiger Lily Air | Koala Air
    Maple Air | Prairie Wings | Lone Star Air | Liberty Jet | Patriot Air | Swift Air | SwiftJet | FlyNow | FlyFar | FlyEasy | JetStar Nova | JetBee | Hummingbird
    Albatross Air | Swallow | Stork Air | Pelican Airways | Condoria | Luftbrücke | Viking Air | Celtic Air | Saffron Air | Orient Star | Silk Road Air | Vista Jet Lines`),
  cabin_class: list(
    "coach | business | premium | premium business | basic economy | budget class | tourist class | second class | club class | coach class | flex class | main cabin | luxury class | economy comfort | economy light | premium class | discount economy | regular class | standard class | world class",
  ),
  city: list(`
    Chicago | Los Angeles | San Francisco | Seattle | Denver | Dallas | Houston | Atlanta | Philadelphia | Detroit | Minneapolis | Cleveland | Baltimore | Nashville
    Memphis | New Orleans | Las Vegas | Salt Lake City | San Diego | Sacramento | Honolulu | Orlando | Tampa | Charlotte | Pittsburgh | Cincinnati | Kansas City
    St. Louis | Milwaukee | Tucson | Santa Fe | Boise | Omaha | Washington | Vancouver | Calgary | Ottawa | Québec | Winnipeg | Mexico City | Guadalajara | Cancún
    Havana | Kingston | Panama City | Caracas | Quito | Cartagena | São Paulo | Rio de Janeiro | Buenos Aires | Montevideo | Santiago | Cusco | La Paz
    Manchester | Liverpool | Birmingham | Glasgow | Bristol | Cardiff | Belfast | Oxford | Cambridge | York | Cork | Galway | Amsterdam | Rotterdam | Brussels
    Antwerp | Bruges | Berlin | Hamburg | Munich | München | Frankfurt | Stuttgart | Leipzig | Dresden | Vienna | Salzburg | Geneva | Basel | Bern | Lyon | Nice
    Bordeaux | Toulouse | Strasbourg | Barcelona | Madrid | Seville | Valencia | Bilbao | Granada | Rome | Milan | Venice | Florence | Naples | Turin | Bologna
    Palermo | Copenhagen | Aarhus | Stockholm | Oslo | Bergen | Riga | Vilnius | Warsaw | Gdańsk | Budapest | Bucharest | Sofia | Belgrade | Zagreb
    Ljubljana | Sarajevo | Dubrovnik | Istanbul | Ankara | Izmir | Kyiv | Lviv | Moscow | Jerusalem | Tel Aviv | Beirut | Amman | Cairo | Alexandria
    Casablanca | Marrakesh | Tunis | Dakar | Abuja | Addis Ababa | Kampala | Dar es Salaam | Johannesburg | Cape Town | Durban | Dubai | Doha | Riyadh | Tehran
    Karachi | Lahore | Delhi | New Delhi | Bangalore | Chennai | Kolkata | Kathmandu | Dhaka | Colombo | Bangkok | Chiang Mai | Singapore | Kuala Lumpur | Jakarta
    Manila | Saigon | Hong Kong | Shanghai | Beijing | Taipei | Seoul | Busan | Tokyo | Osaka | Kyoto | Sapporo | Sydney | Brisbane | Perth | Auckland | Wellington`),
  origin: list(`
    home | my house | my office | the office | school | here | the train station | the bus station | the hospital | the library | the park | the museum | the harbor
    the supermarket | the gym | the church | the hotel lobby | downtown | uptown | the city center | the suburbs | the east side | the west end | the waterfront
    my hotel | my apartment | my parents' house | my brother's place | grandpa's farm | the parking garage | the convention center | the opera | the theater
    the courthouse | the police station | North Station | South Station | Grand Station | Union Street | Main Street | First Avenue | Fifth Avenue | 10 Downing Lane
    25 Maple Street | 3 Church Road | 118 Lake Drive | 600 Hill Street | 42 Park Avenue | Lincoln Square | Washington Park | Riverside | Lakeview | Hillcrest
    Springfield | Fairview | Oak Ridge | Cedar Grove | Ashford | Milltown | Terminal 1 | Terminal B | Gate 12 | Dock 3 | the border | exit 14 | the campground | the trailhead`),
  destination: list(`
    home | work | school | the office | my house | the park | the mall | the train station | the bus station | the hospital | the library | the gym | the cinema | the theater
    the opera house | the church | the cathedral | the bank | the supermarket | the grocery store | the bakery | the butcher | the bookstore | the coffee shop | the bar
    the pub | the restaurant | the hotel | the hostel | the pool | the lake | the river | the harbor | the marina | the mountains | the forest | the waterfall | the airport terminal
    the university | the college | the kindergarten | the police station | the fire station | the courthouse | the town hall | the visitor center | the art gallery
    the science museum | the amusement park | the water park | the golf course | the ski resort | the ice rink | the bowling alley | the gas station | the car wash
    the nearest supermarket | the nearest hospital | the nearest pharmacy | the nearest ATM | the nearest coffee shop | the closest bank | the closest park | the closest gas station
    the nearest subway station | the next rest stop | the dentist | the doctor | my dentist | my doctor's office | my mom's house | my sister's place | my friend's house | my hotel
    grandpa's farm | Tom's house | the Johnsons | Central Park | Lincoln Park | Liberty Square | Main Street | Market Square | Fifth Avenue | Union Station | Grand Central Plaza
    10 Oak Street | 55 River Road | 200 Main Street | 1600 Garden Avenue | 7 Abbey Road | 31 Rue de la Paix | Hauptstraße 4 | Calle Mayor 12 | Via Roma | Lakeview Drive
    Highland Mall | Riverside Mall | Sunset Beach | Eagle Point | Cedar Lake | Silver Falls | Pine Valley | Greenfield | Brookside | Westwood | Eastport | Northfield
    the botanical gardens | the planetarium | the aquarium shop | the flea market | the fish market | the toy store | the furniture store | the electronics store | the pet shop
    the garden center | the laundromat | the barber | the salon | the tailor | the shoe shop | the wedding venue | the cemetery | the monument | the lighthouse | the old bridge`),
  travel_mode: list(
    "by train | by metro | by boat | by ferry | by plane | by bicycle | by cab | by coach | by truck | by van | by public transport | by public transit | by underground | by cable car | by streetcar | by moped | by skateboard | by foot | driving | biking | running | hitchhiking | riding | in the car | on the bus | on the train | on my bike | with the bus | with public transport | using transit | with a stroller | on a scooter | by electric bike | by rideshare | by river boat | via subway",
  ),
};
