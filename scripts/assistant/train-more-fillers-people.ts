import { list } from "./phrase-list.js";

/** More fillers about people and their days, for train only. */
export const peopleFillersMore: Readonly<Record<string, readonly string[]>> = {
  contact: list(`
    Olivia | Liam | Emma | Noah | Ava | James | Sophia | William | Isabella | Lucas | Charlotte | Henry | Amelia | Jack
    Harper | Owen | Evelyn | Samuel | Ella | David | Lily | Joseph | Chloe | John | Nora | Wyatt | Julia | Peter
    Robert | Mary | Patricia | Linda | Steve | Kevin | Brian | Laura | Karen | Jessica | Tom | Tim | Mike | Ted | Jim
    Kate | Beth | Amy | Rachel | Monica | Yuki | Hiroshi | Chen | Wei | Fatima | Omar | Ahmed | Ibrahim | Amina | Kofi
    Ngozi | Chidi | Sanjay | Deepa | Anjali | Vikram | Ivan | Olga | Dmitri | Svetlana | Piotr | Agnieszka | Jürgen
    Heike | François | Geneviève | Carlos | María | Diego | Lucía | Paulo | Thiago | Lars | Astrid | Matteo | Giulia
    my brother | my sister | my mother | my father | my son | my parents | my uncle | my aunt | my landlord | my doctor
    my best friend | my roommate | my manager | my assistant | my girlfriend | my boyfriend | my lawyer | my accountant
    my grandmother | the babysitter | the plumber | the school | the bank | the neighbors | the electrician | the nanny
    the landlord | the front desk | the pharmacy | the mechanic | granny | grandad | papa | mum | mama | nana | sis
    Doctor Patel | Dr. Nguyen | Mr. Hopkins | Mrs. Albright | Miss Tran | Uncle Joe | aunt Rosa | cousin Mia
    Sarah Connelly | Ben Okafor | Lena Fischer | Jorge Medina | Alice Cooperman | Paul and Jane | the Millers
    everyone | the whole family | the book group | the girls | the guys | the office | HR | tech support | Sam | Alex
    Jordan | Taylor | Robin | Charlie | Max | Leo | Mia | Ruth | Gus | Otto | Vera | Iris | Hugo | Felix | Clara`),
  todo: list(`
    wash the car | clean the windows | mow the lawn | do the laundry | fold the towels | iron my shirt | charge my phone
    charge the camera | renew my passport | renew the insurance | pay the electric bill | pay my taxes | pay the gas bill
    call grandma | call the bank | call the insurance company | call my brother back | text my landlord | email the report
    email Susan the photos | write the thank you notes | write to the council | finish my essay | finish the puzzle
    study for the test | do my homework | practice the violin | practice my speech | read chapter five | go to the gym
    go for a run | go to the bank | go shopping | get a haircut | get the kids | get cash | get a new tire | get bread
    pick up the kids from school | pick up the cake | pick up my prescription | pick up mom at the airport
    drop the kids off | drop off the package | mail the letter | send the contract | send flowers to my aunt
    take out the trash | take the garbage out | take my vitamins | take the cat to the vet | take the cake out of the oven
    turn off the stove | turn off the sprinkler | close the windows | lock the door | open the garage | check the oven
    check the tire pressure | check my email | check on the baby | check the smoke alarm | check in for my flight
    feed the dog | feed the fish | feed the chickens | clean the litter box | clean the garage | clean my desk
    brush the dog | bathe the baby | bake cookies | cook dinner | make lunch | make a salad | marinate the steak
    thaw the turkey | buy milk | buy a present for Tom | buy new shoes | buy train tickets | buy dog food | order pizza
    order new contacts | order the textbooks | book a hotel | book a dentist appointment | book the flights
    cancel my subscription | cancel the order | confirm the booking | change the air filter | change the oil
    change my password | back up my laptop | update my phone | fix the bike | fix the leaking tap | paint the fence
    plant the tomatoes | trim the hedge | rake the leaves | shovel the snow | water the garden | sweep the porch
    meet Jane for coffee | meet the plumber | talk to my boss | talk to the teacher | ask Ben for the keys
    ask for a raise | give back the ladder | return the shoes | bring snacks | bring the laptop | pack my suitcase
    pack lunch | submit my timesheet | sign the contract | file the paperwork | prepare the presentation | stretch
    drink water | stand up and move | wear sunscreen | wish Nina a happy birthday | vote | unplug the iron | rest my eyes
    download the tickets | scan the receipts | print the forms | wrap the gifts | hang the pictures | set the table`),
  event: list(`
    meeting | doctor's appointment | job interview | dinner party | birthday dinner | lunch date | coffee date | lunch
    breakfast meeting | staff meeting | sales meeting | board meeting | project kickoff | planning session | retrospective
    one on one | performance review | conference call | phone interview | client visit | client call | webinar | workshop
    training | orientation | lecture | exam | math exam | final exam | study group | piano lesson | guitar lesson | recital
    dance class | spin class | pilates | karate class | cooking class | pottery class | art class | gym session | workout
    personal training | tennis match | basketball game | hockey practice | football game | golf | bowling night | poker night
    trivia night | game night | karaoke night | concert | opera night | theater trip | gallery opening | barbecue | brunch
    family dinner | family reunion | anniversary | anniversary dinner | wedding | engagement party | housewarming | graduation
    baptism | funeral | memorial service | church service | Sunday service | bible study | potluck | bake sale | garage sale
    charity run | fundraiser | blood donation | checkup | dental cleaning | physical | blood test | x-ray | massage | facial
    hair appointment | manicure | oil change | house inspection | moving day | furniture delivery | plumber visit
    flight to Denver | vacation | camping trip | road trip | field trip | school concert | sports day | science fair
    parents' evening | playdate | sleepover | swim meet | little league | town hall | neighborhood meeting | volunteer shift
    night shift | date night | drinks with friends | happy hour | team building | offsite | product launch | code review
    deadline | press conference | photo shoot | rehearsal | band practice | book signing | film club | knitting circle`),
  place: list(`
    the park | the school | the church | the hospital | the gym | the library | the café | the coffee shop | the airport
    the hotel lobby | the town hall | the pool | the beach | the stadium | the theater | the museum | the mall | the cafeteria
    the lobby | the courtyard | the auditorium | the main hall | the front desk | the garden | the clubhouse | the bar
    headquarters | the downtown office | the new office | my house | my apartment | grandma's house | her place | his office
    room 12 | room 301 | room A | conference room 3 | meeting room 5 | the boardroom | building 7 | suite 400 | floor 3
    the second floor | the west entrance | the parking lot | the train station | the pier | the marina | the playground
    the soccer field | the tennis court | the gymnasium | the dance studio | the yoga studio | the clinic | the salon
    the barber shop | the garage | the dealership | the bank | the courthouse | the chapel | the fire hall | the winery
    the brewery | the tea house | the pizzeria | the diner | the food court | the night market | Lakeside Park | Oak Hall
    Riverside Café | Café Morgenrot | the Silver Spoon | the Crooked Door | Hillcrest School | Sunnyvale Clinic
    Studio Nine | Hotel Belmonte | Villa Rosa | Pine Lodge | Bramble Farm | Harbor House | Tower C | the green room
    the campsite | the ranch | the ski lodge | the zoo entrance | the bus stop | the clock tower | the fountain | online`),
  message: list(`
    I'm on my way | I'll be late | I will be home soon | I'm almost there | I'm stuck in traffic | I'm leaving now
    I'm here | I'm outside | I'm at work | I'm sick today | I'm sorry | I miss you | I'm so proud of you | I can't come
    I can't talk right now | I'll call you later | I'll call you back | I'll pick you up at the corner | I forgot my keys
    I need your help | I need more time | I'm bringing dessert | I booked the hotel | I sent the documents | I got your letter
    I have a question | I don't feel well | I passed the test | I bought the tickets | I lost my wallet | I'm free tonight
    yes | no | ok | sure thing | sounds good | no problem | thank you | thanks a lot | good luck | good night | good job
    congratulations | welcome home | merry christmas | happy anniversary | hello | hi | how are you | how is it going
    what's up | what's for dinner | what time are you coming | what should I bring | where should we meet | where are my keys
    when will you be home | when does the game start | who is coming tonight | why didn't you call | are you awake
    are you coming | are you home yet | are we still on for lunch | did you get my email | did you eat | do you need anything
    do you want pizza | can you call me | can you buy some bread | can you pick up the kids | can we meet tomorrow
    could you send me the file | please call me back | please bring the charger | please feed the dog | please hurry
    let's have lunch | let's go to the beach | let's meet at the mall | don't wait for me | don't forget the cake
    don't be late | the meeting is cancelled | the meeting is moved to Friday | the meeting starts in five minutes
    the car won't start | the baby is sleeping | the baby is here | the flight landed | the flight is delayed
    the bus is late | the food is on the table | the store is closed | the game is on | the power is out | the kids are fine
    dinner is at seven | lunch is on me | the keys are under the mat | the wifi is down | your package is here
    your car is ready | see you soon | see you later | see you tomorrow at the gym | talk to you later | take your time
    we are ready | we arrived safely | we are at the park | we had a great time | we got the house | we're running behind
    my train leaves soon | my phone died | my meeting ran over | mom says hi | it's raining here | it's a girl
    it's time to go | it was great to see you | nice to see you today | have a safe trip | hope you feel better
    great news | wait for me | come home | come downstairs | hurry up | never mind | bring a jacket | check your email
    turn on the TV | lock the door | stay safe | keep me posted | wish me luck 🍀 | so excited 🎈 | that was delicious 😋
    love from all of us 💕 | party at our place 🥳 | running five minutes behind | on the bus now | back in an hour`),
  app: list(`
    SMS | text | messenger | chat | mail | e-mail | video chat | voicemail | PingPal | Chirper | Talkie | Blip | Quill
    Snowbird | Loop Chat | Beacon | Ember | Lantern Mail | Echo Line | Mango Talk | Huddle | Fable | Swiftnote | Sparkle
    WaveChat | Birdsong | Lemonade | Orbit | Hello Owl | Ringo | Plume | Acorn | Zing | Courier | Cosmo Chat | Friendly
    TinCan | Pebble | Murmur | Firefly | Campfire | Telegraphy | Gabble | Nimbus Mail | Pipit | Rooster | Skylark | Doodle
    Clover | Marble | Inkwell | Notely | Bubble | Jolt | Vibe Line | Sonar | Tandem | Turtle Talk | Kite | Wombat`),
  phone_type: list(
    "main | personal | business | landline | house | car | satellite | first | third | primary | backup | vacation | school | company | shop | kitchen | daytime | evening | alternate | other | current | former | cellular | smart | weekend | studio",
  ),
  account: list(`
    bank account | credit card | travel fund | retirement account | holiday fund | family account | personal account
    house account | spending account | money market account | student account | kids' account | shared account
    secondary account | current account | gift fund | wedding fund | tax account | bills account | grocery budget
    new car fund | investment account | company account | pension account | online account | credit union account
    checking | savings | mortgage account | salary account | trust account | charity fund | slush fund | club account
    dollar account | euro account | prepaid card | cash card | line of credit | home repair fund | pet fund`),
  phrase: list(`
    hello | goodbye | please | thank you | thanks | yes | no | sorry | good evening | good afternoon | welcome | help
    how are you | how are you doing | I'm fine | I am hungry | I am thirsty | I am tired | I am lost | I am sick
    I love you | I miss you | I like your shirt | I don't understand | I don't speak the language | I don't eat meat
    I don't know | I am allergic to nuts | I need help | I need a taxi | I need water | I want to go home | I want coffee
    I would like a beer | I would like to order | I have a reservation | I have a headache | I lost my passport
    I missed my train | I live here | I come from Canada | I am a student | I am a vegetarian | my stomach hurts
    my bag was stolen | my phone is broken | my wife is pregnant | what is your name | what is this | what time is it
    what does it cost | what do you recommend | what day is it | where is the bathroom | where is the hotel
    where is the nearest bank | where is the bus stop | where is the exit | where can I buy stamps | where do you live
    where are you from | when does the train leave | when do you close | when is breakfast | who are you | who is next
    how much is this | how much does it cost | how far is the beach | how old are you | how long does it take
    how do I get to the airport | can I have the bill | can I pay by card | can I have some water | can I sit here
    can you repeat that | can you speak slower | can you recommend a restaurant | could you call a taxi
    do you speak English | do you have a room | do you take credit cards | do you have wifi | do you like it here
    is there a pharmacy nearby | is it far | is this the right bus | is this vegetarian | are you open today | are you married
    the weather is nice | the room is dirty | the soup is cold | the car is broken | the view is beautiful | the check please
    one beer please | two coffees please | a ticket to the center | a room for two nights | a glass of red wine
    a cup of tea | turn right | go straight ahead | stop here | wait a moment | come with me | leave me alone
    call an ambulance | call the police | be careful | hurry up | have a nice day | have a good trip | see you later
    happy birthday | merry Christmas | congratulations | bless you | good luck | enjoy your meal | sweet dreams
    long time no see | you are welcome | you are very kind | you are beautiful | it was a pleasure | it is delicious
    it is too expensive | it hurts here | we are friends | we would like to pay | nice weather today | no problem
    never mind | of course | maybe later | not yet | to your health | what a pity | my friend | cat | dog | water | bread
    apple | house | love | butterfly | library | freedom | snow | grandmother | strawberry | friendship | umbrella`),
  language: list(`
    English | Spanish | Portuguese | Russian | Chinese | Cantonese | Polish | Dutch | Norwegian | Czech | Slovak | Romanian
    Bulgarian | Serbian | Bosnian | Slovenian | Albanian | Macedonian | Ukrainian | Belarusian | Latvian | Lithuanian
    Estonian | Irish | Gaelic | Scottish Gaelic | Catalan | Galician | Breton | Latin | Maltese | Luxembourgish | Faroese
    Afrikaans | Xhosa | Somali | Amharic | Hausa | Igbo | Wolof | Kinyarwanda | Shona | Malagasy | Urdu | Bengali | Gujarati
    Marathi | Telugu | Kannada | Malayalam | Nepali | Sinhala | Burmese | Khmer | Lao | Malay | Indonesian | Tagalog
    Filipino | Javanese | Mongolian | Kazakh | Uzbek | Azerbaijani | Armenian | Georgian | Kurdish | Pashto | Persian
    Yiddish | Esperanto | Hawaiian | Maori | Samoan | Quechua | Guarani | Navajo | Cherokee | Haitian Creole
    Brazilian Portuguese | Mexican Spanish | Swiss German | Simplified Chinese | sign language | Tibetan | Sanskrit | Tongan
    Flemish | Frisian | Corsican | Sicilian | Tatar | Uyghur | Turkmen | Tajik | Oromo | Twi`),
  currency: list(`
    US dollars | American dollars | bucks | British pounds | pounds sterling | sterling | Swiss francs | francs | pesos
    Mexican pesos | Argentine pesos | Chilean pesos | Colombian pesos | Philippine pesos | Indian rupees | Pakistani rupees
    Japanese yen | Chinese yuan | yuan | renminbi | South Korean won | Korean won | Russian rubles | rubles | krona | kroner
    Swedish kronor | Danish kroner | Danish krone | Norwegian krone | Polish zloty | Hungarian forints | Romanian lei | leva
    Ukrainian hryvnia | Georgian lari | Israeli shekels | lira | Saudi riyals | riyals | dirhams | Moroccan dirhams
    Kuwaiti dinars | Thai baht | baht | dong | Vietnamese dong | ringgit | Malaysian ringgit | Indonesian rupiah | taka
    Singapore dollars | New Zealand dollars | Taiwan dollars | Jamaican dollars | Brazilian reais | real | sols | bolivars
    South African rand | naira | Nigerian naira | cedis | Ghanaian cedi | Ugandan shillings | birr | CFA francs | pula
    GBP | CNY | INR | KRW | MXN | BRL | SEK | NOK | DKK | PLN | CZK | HUF | TRY | ZAR | NZD | SGD | HKD | THB | ILS | RUB
    AED | SAR | EGP | NGN | KES | PHP | IDR | MYR | VND | bitcoin | quetzals | guilders | Bahraini dinars | Icelandic krona`),
};
