import { list } from "./phrase-list.js";

/** Words for people, messages, plans and money: the fillers of the office half of the assistant. */
export const peopleLexicons = {
  contact: list(`
    mom | dad | Anna | José | my sister | Zoë | Dr. Okafor | Priya | grandma | Liam | Søren | my boss | Mei Ling
    aunt Carol | François | Tariq | my landlord | Beatriz | Uncle Ben | Yuki | the dentist | Oluwaseun | Chloé
    Marcus | my roommate | Ingrid | Mr. Patel | Sofía | Daniel | the babysitter | Katarzyna | Bjørn | Leila
    coach Ramirez | my brother | Renée | Ahmed | Ms. Whitfield | Nikolai | the plumber | Joana | Håkan | Grace
    my daughter | Emeka | Siân | Theo | the vet | Aaliyah | Jürgen | my team | Hannah | Raúl | cousin Vinnie
    the school office | Noor | Wei | Margit | my wife | Tomás | Professor Lindqvist | Esther | my husband | Ravi
    the front desk | Élodie | Kofi | Abigail | my neighbor | Stanisław
  `),
  todo: list(`
    call the dentist | water the plants | pick up the dry cleaning | pay the rent | take out the trash
    feed the cat | renew my passport | send the invoice | buy stamps | charge the camera | book the ferry
    return the library books | walk the dog | change the bed sheets | order new contact lenses | check the mail
    submit my résumé | take my pills | defrost the chicken | back up my laptop | rotate the tires
    sign the permission slip | cancel the gym membership | clean the fish tank | pick up the kids
    finish the slides | text the landlord about the heater | buy a birthday card | reply to the recruiter
    turn off the sprinklers | get gas on the way home | bring an umbrella | vacuum the stairs
    move the car before street cleaning | mail the package | drop off the ballots | wash my uniform
    print the boarding passes | measure the window frames | fix the bike chain | schedule a flu shot
    update the spreadsheet | buy flowers | put the bins back | stretch my back | preheat the oven
    pack the swimsuits | return the drill | lock the shed | proofread the café menu | visit grandpa
    empty the dishwasher | ask about the deposit | repot the ferns | file my taxes | pay the water bill
  `),
  event: list(`
    team lunch | yoga class | dentist appointment | budget review | piano lesson | book club | job interview
    parent teacher conference | soccer practice | first date 💕 | stand-up | haircut | car inspection
    birthday party 🎂 | quarterly planning | coffee with the interns | garden tour | choir rehearsal
    physical therapy | pottery workshop | fire drill | farewell drinks | design critique | eye exam
    house viewing | résumé workshop | blood donation | chess tournament | wine tasting | sprint review
    movie night | school play | swimming lesson | tax consultation | moving day | wedding rehearsal | potluck
    museum trip | product demo | board meeting | vet visit | picnic | fondue evening | marathon training
    language exchange | baby shower | neighborhood cleanup | ski weekend | training session | camping trip
  `),
  place: list(`
    the office | Café Lumière | conference room B | the north gate | Riverside Park | room 214 | the lobby
    the rooftop terrace | Bean & Leaf | the town hall | my place | the community center | meeting room Zürich
    the old mill | Harper's garden | the climbing gym | studio 5 | the main library | the lake house
    the second floor kitchen | Plaza Mayor | the boathouse | the science building | the harbor | dock 9
    the Blue Fern | Grandview hotel | the corner bakery | the arcade | the church hall | the east wing
    the botanical garden | hall C | the skate park | the pier | Maple Court | the clubhouse | the annex
    Señor Pepe's patio | the ballroom | court 3 | the reading room | the barn | the yacht club
  `),
  message: list(`
    I'm running late | see you at the station | happy birthday 🎉 | did you feed the cat | the meeting moved
    on my way home | can we talk later | the package arrived 📦 | I love you ❤️ | don't forget the keys
    dinner is ready | traffic is terrible today | thanks for the ride | where are you | bring some ice
    I got the job 😀 | the wifi is down again | meet me outside | sorry I missed your call | good luck tomorrow 🍀
    we need more chairs | I'll be there in ten | the door code changed | call me when you land ✈️ | sounds great
    the café is closed | let's meet at the gate | we won the match 🏆 | I left my charger there | miss you
    the kids are asleep | can you cover my shift | the plumber just left | save me a seat | no worries 👍
    your order is on the counter | it's raining, take a coat ☔ | the tickets are sold out | I'm at the doctor
    please send me the address | get well soon 💐 | the train is delayed | we're out of milk | nice work today
    the baby is finally sleeping | I found your scarf | try turning it off and on | I can't make it tonight
    the rent is paid | bon voyage | my phone is almost dead 🔋 | how was the exam | we are boarding now
  `),
  app: list(`
    Pigeon | Chatterbox | Hiya | email | Linkwire | text message | Murmur | Kite Mail | Papaya Chat | Signalfire
    Yodel | TeamNest | Whistle | Hush | SMS | Postcard | Loopline | Parrot | Buzzly | Tin Can | Relay | Confetti
  `),
  phone_type: list(`
    mobile | work | home | cell | landline | office | car | second | hotel | satellite | desk | private | new
    direct | vacation | old | business | emergency
  `),
  account: list(`
    checking account | savings account | joint account | business account | travel fund | rainy day fund
    student account | household budget | vacation savings | credit card | main account | college fund
    petty cash account | emergency fund | holiday fund | car loan account | wallet balance | debit card
    brokerage account | shared pot
  `),
  phrase: list(`
    good morning | where is the train station | thank you very much | I would like the check | how much is this
    my name is Ana | I'm lost | two tickets please | is this seat taken | I am allergic to nuts | see you tomorrow
    what time does it open | can you help me | nice to meet you | I don't understand | the food was delicious
    where can I buy water | happy new year | cheers | do you have a room | please speak slowly | excuse me
    turn left at the corner | I need a doctor | congratulations | how do I get downtown | no sugar for me
    what a beautiful day | a table by the window | I missed the last bus | keep the change | good night
    we are just looking | the bill is wrong | have a safe trip | I love this song | who is next in line
    it is too spicy | may I take a photo | where did you learn that | the key does not work | take care
    is breakfast included | the shower is cold | I'd like a refund | when is low tide | bless you | after you
  `),
  language: list(`
    Spanish | French | Japanese | German | Portuguese | Italian | Polish | Korean | Swahili | Dutch | Greek | Hindi
    Turkish | Vietnamese | Norwegian | Arabic | Czech | Finnish | Thai | Ukrainian | Mandarin | Welsh | Tamil
    Hungarian | Tagalog | Icelandic | Catalan | Yoruba | Hebrew | Romanian | Farsi | Danish | Basque | Zulu
    Cantonese | Punjabi | Irish | Croatian | Swedish | Indonesian
  `),
  currency: list(`
    dollars | euros | pounds | yen | Swiss francs | Canadian dollars | pesos | rupees | won | Swedish kronor | USD
    EUR | zloty | Australian dollars | baht | Turkish lira | GBP | reais | rand | dirhams | CHF | Norwegian kroner
    shekels | forints | Singapore dollars | JPY | Danish kroner | Czech koruna | CAD | naira | Hong Kong dollars
    dinars | Icelandic krónur | Egyptian pounds | ringgit | AUD | INR | Kenyan shillings | rupiah | hryvnia
  `),
} satisfies Record<string, readonly string[]>;
