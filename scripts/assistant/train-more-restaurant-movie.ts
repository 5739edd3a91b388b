import { lines } from "./phrase-list.js";

/** More of what people say to book a restaurant or to ask for films; for train only. */
export const restaurantMovieMore: Readonly<Record<string, readonly string[]>> = {
  "restaurant/book": lines(`
    please (book|reserve) a table [at {restaurant}] [for {party_size}]
    (book|reserve|get|find) [me|us] a table for {party_size} [at {time}]
    (book|reserve|get) a table at {restaurant} {date} [at {time}]
    (book|reserve) a table for {date:day} at {time}
    (book|reserve) {restaurant} [for {party_size}] {date}
    (book|reserve) {restaurant} for {time}
    (book|reserve) a spot for {party_size} at {restaurant}
    (book|reserve) seats at {restaurant} for {party_size}
    (book|reserve) (dinner|lunch|breakfast) for {party_size} [at {restaurant}]
    (book|reserve) a {cuisine} (place|restaurant) in {city} for {party_size}
    (book|reserve) a {cuisine} table {date}
    book us in at {restaurant} [for {party_size}] at {time}
    book somewhere {cuisine} {date}
    book for {party_size} at {restaurant} {date}
    book {cuisine} food for {party_size} in {city}
    reserve us {restaurant} at {time}
    reserve a place for {party_size} [in {city}]
    (could|would|will) you [please] (book|reserve) [a table at] {restaurant} for {party_size}?
    could you get us a table at {restaurant} {date}?
    could you find a {cuisine} place [in {city}] [for {party_size}]?
    could you make a reservation [at {restaurant}] for {date:day}?
    could you check if {restaurant} has room for {party_size}?
    could we eat at {restaurant} {date}
    can you (book|reserve|get) [me|us] a table [for {party_size}] at {restaurant}?
    can you (book|reserve) a {cuisine} (place|restaurant) for {party_size}?
    can you find [me|us] a {cuisine} restaurant [in {city}]?
    can you get me into {restaurant} [on {date:day}]?
    can you make a reservation for {party_size} at {time}?
    can you make a booking at {restaurant} {date}
    can you recommend a {cuisine} place in {city}?
    can you call {restaurant} and book for {party_size}
    can I (book|reserve|get) a table (at {restaurant}|for {party_size}) {date}?
    can I make a reservation at {restaurant}?
    can we get [a table for] {party_size} at {restaurant}?
    can we get into {restaurant} at {time}?
    can we have a table at {restaurant} on {date:day}
    can {restaurant} (seat|fit|take) {party_size} {date}?
    would you reserve a {cuisine} restaurant in {city}?
    do they have a table for {party_size} at {restaurant}
    does {restaurant} take reservations for {party_size}?
    does {restaurant} have (space|room|anything|availability) {date} [at {time}]?
    does {restaurant} have a free table at {time}
    is {restaurant} (free|available|open|fully booked) {date}?
    is there a table [for {party_size}] at {restaurant} at {time}?
    is there [a] {cuisine} (food|restaurant) in {city}?
    is there (space|room|a spot) at {restaurant} {date}?
    is it possible to book {restaurant} for {party_size}?
    are there tables (free|left|available) at {restaurant} {date}?
    are there any {cuisine} (places|restaurants) in {city} with a table for {party_size}?
    any tables at {restaurant} for {party_size}?
    any good {cuisine} (place|restaurant) in {city}?
    any {cuisine} spots open at {time}
    (make|place|set up|arrange) a (reservation|booking) [at {restaurant}] [for {party_size}]
    (make|arrange) a reservation {date} at {time} [for {party_size}]
    make a booking for {party_size} at {restaurant}
    make a booking in {city} for {date:day}
    make a reservation at a {cuisine} (place|restaurant) {date}
    make it a table for {party_size} at {restaurant}
    make (dinner|lunch) reservations for {party_size} at {restaurant}
    schedule (dinner|lunch) at {restaurant} for {party_size} {date}
    arrange dinner for {party_size} in {city}
    organize a {cuisine} dinner for {party_size} {date}
    plan a (dinner|lunch) at {restaurant} [on {date:day}]
    (find|get) [me|us] a {cuisine} (place|restaurant|spot|joint) [in {city}] {date}
    find somewhere to eat {cuisine} [food] [in {city}]
    find a place [to eat] for {party_size} [in {city}]
    find a restaurant [in {city}] [for {party_size}]
    find a table {date} at {time} for {party_size}
    find us {cuisine} for {party_size} at {time}
    find me a {cuisine} restaurant with a free table {date}
    search for a {cuisine} restaurant in {city}
    look for a table for {party_size} at {restaurant}
    look for {cuisine} places in {city} {date}
    get a reservation at {restaurant} [for {party_size}] [{date}]
    get (me|us) a reservation for {party_size} at a {cuisine} restaurant
    get (me|us) in at {restaurant} at {time}
    get (me|us) seats at {restaurant}
    get us {cuisine} food in {city}
    give me a table [for {party_size}] at {restaurant}
    save us a spot at {restaurant} {date}
    hold a table at {restaurant} for {party_size}
    secure a table at {restaurant} for {date:day}
    put us down for {party_size} at {restaurant} at {time}
    put my name down at {restaurant} {date}
    put in a reservation at {restaurant}
    sign us up for {restaurant} at {time}
    call {restaurant} for a table {date}
    check {restaurant} for a table for {party_size}
    check if {restaurant} is free at {time} [on {date:day}]
    see whether {restaurant} can take {party_size} {date}
    try to get a table at {restaurant} {date}
    try {restaurant} for {party_size} at {time}
    I (need|want|would like|'d like) to (book|reserve) [a table at] {restaurant} [for {party_size}]
    I (need|want|would like|'d like) a table [for {party_size}] [at {restaurant}] {date}
    I (need|want|would like|'d like) a reservation (at {restaurant}|for {party_size}) [at {time}]
    I (need|want|would like|'d like) to make a (reservation|booking) [for {party_size}] [{date}]
    I (want|would like|'d like|'d love) to eat (at {restaurant}|{cuisine}) {date}
    I (want|would like|'d like) to (have dinner|dine|have lunch|go) at {restaurant} [{date}]
    I (want|would like) {cuisine} food [for {party_size}] [in {city}]
    I (want|need) a {cuisine} (place|restaurant) (in {city}|for {party_size})
    I want to take my wife to {restaurant} on {date:day}
    I want to try {restaurant} {date}
    I want to go out for {cuisine} [food] {date}
    I need a table at a {cuisine} place at {time}
    I need somewhere to eat in {city} [at {time}]
    I'd love a table at {restaurant} {date} for {party_size}
    I'd like to bring {party_size} to {restaurant}
    I feel like [eating] {cuisine} [in {city}]
    I feel like going to {restaurant} {date}
    I'm craving {cuisine}, book something [in {city}]
    I'm hungry for {cuisine} food {date}
    I'm hosting {party_size} {date}, book {restaurant}
    I'm in {city} and want {cuisine} food
    I'm looking for a {cuisine} (restaurant|place) [in {city}]
    I'm taking {party_size} out for {cuisine} {date}
    I'm meeting friends at {restaurant}, book for {party_size}
    we (need|want|would like|'d like) a table (at {restaurant}|for {party_size}) [{date}]
    we (want|would like) to (eat|dine|have dinner) at {restaurant} {date} at {time}
    we (want|would like) {cuisine} {date}
    we are {party_size} [and want to eat at {restaurant}]
    we are {party_size}, is there a {cuisine} place in {city}?
    we'll be {party_size} at {restaurant} at {time}
    we're (celebrating|going out) {date}, book {restaurant}
    we're in the mood for {cuisine} {date}
    we're visiting {city}, find a {cuisine} restaurant
    there will be {party_size}, book {restaurant}
    there are {party_size} of us for {restaurant} {date}
    let's (eat|go|have dinner|have lunch) at {restaurant} [{date}]
    let's eat {cuisine} [in {city}] {date}
    let's get {cuisine} food for {party_size}
    let's book {restaurant} for {time}
    let's do dinner at {restaurant} at {time}
    how about {cuisine} for {party_size} {date}
    how about dinner at {restaurant} {date}
    what about a table at {restaurant} for {time}?
    where can (I|we) eat {cuisine} in {city}?
    where can {party_size} have {cuisine} food {date}
    where's a good {cuisine} place in {city}
    when does {restaurant} have a table for {party_size}?
    what {cuisine} restaurants are there in {city}?
    which {cuisine} place in {city} has a table at {time}?
    table at {restaurant} [for {party_size}] [{date}]
    table for {party_size} [{date}] [at {time}]
    table for {party_size}, {cuisine}, {city}
    tables for {party_size} at {restaurant} [on {date:day}]
    a table for {party_size} in {city} please
    a table at {restaurant} [please]
    a {cuisine} place for {party_size} [{date}]
    a booking at {restaurant} at {time}
    a reservation for {party_size} on {date:day}
    reservation (at {restaurant}|for {party_size}) {date} [at {time}]
    reservation: {restaurant}, {party_size}, {time}
    booking for {party_size} at {restaurant} {date}
    dinner at {restaurant} [for {party_size}] [{date}]
    dinner for {party_size} at {time} [in {city}]
    dinner reservation for {party_size} {date}
    lunch at {restaurant} at {time}
    brunch for {party_size} at {restaurant}
    breakfast at {restaurant} {date}
    {restaurant} for {party_size} [at {time}] [please]
    {restaurant} {date} at {time}
    {restaurant}, {party_size}, {date}
    {restaurant}, table for {party_size}
    {cuisine} restaurant in {city} [for {party_size}] [{date}]
    {cuisine} restaurants in {city}
    {cuisine} food {date} at {time}
    {cuisine} for {party_size}
    {party_size} at {restaurant} [at {time}] [{date}]
    {party_size} for (dinner|lunch) at {restaurant}
    {party_size}, {cuisine}, {date}
    {date} at {time} a table at {restaurant}
    {date} (we|I) want to eat at {restaurant}
    {date} book {restaurant} for {party_size}
    {date} {cuisine} food in {city}
    on {date:day} book a table at {restaurant}
    on {date:day} we are {party_size} at {restaurant}
    at {time} we need a table for {party_size}
    at {restaurant}, book a table for {time}
    for {party_size}, find a {cuisine} restaurant
    in {city}, book a {cuisine} restaurant {date}
    for {date:day} reserve {restaurant}
    reservation please
    somewhere {cuisine} in {city} for {party_size}
    somewhere to eat for {party_size} {date}
  `),
  "movie/showtimes": lines(`
    please (show|tell|give) me the (showtimes|times) for {movie}
    (show|tell|give|get|find|list) [me] [the] (showtimes|show times|movie times|times) for {movie} [at {cinema}]
    (show|tell|give|get|find|list) [me] the (schedule|program|listings|lineup) (for|at|of) {cinema} [{date}]
    show me what's (on|playing|showing) at {cinema} [{date}]
    show me [all] films (playing|on|showing) in {city} {date}
    show me when {movie} (is on|plays|starts|screens)
    show me screenings of {movie} {date}
    show me where {movie} is playing [in {city}]
    show me movies (after|before|around|at) {time} [at {cinema}]
    show {movie} times in {city}
    tell me when {movie} (is on|plays|starts) at {cinema}
    tell me what's (on|playing) at {cinema} {date}
    tell me which movies are playing in {city}
    tell me if {movie} is (still on|playing) [in {city}]
    give me the movies at {cinema} on {date:day}
    give me the next showing of {movie}
    give me tickets for {movie} {date}
    (could|would|will) you [please] find showtimes for {movie}?
    could you check when {movie} is playing {date}?
    could you look up {movie} at {cinema}
    could you get me tickets (for|to) {movie}?
    can you (find|get|check|look up) the (showtimes|times) for {movie} [{date}]?
    can you (find|check) what's (on|playing) at {cinema}?
    can you (buy|book|get|order|reserve) [me|us] tickets (for|to) {movie} [at {cinema}] [{date}]?
    can you tell me when {movie} starts?
    can you tell me where {movie} is playing?
    can you find a cinema [in {city}] showing {movie}?
    can I (see|watch|catch) {movie} (at {cinema}|in {city}) [{date}]?
    can I still get tickets for {movie} {date}?
    can we (see|watch|catch) {movie} {date} at {time}?
    can we go see {movie} at {cinema}
    do they (show|play|have) {movie} at {cinema}?
    do you know when {movie} plays {date}?
    do you know what's on at {cinema}?
    does {cinema} have {movie} [{date}]?
    does {cinema} play {movie} at {time}?
    does {movie} (play|start|run|screen) (after|before|at) {time}?
    does {movie} play in {city} {date}?
    did {movie} start at {cinema}
    is {movie} (on|playing|showing|running|out) [in {city}] [{date}]?
    is {movie} (on|in) at {cinema} [{date}]?
    is {movie} (sold out|still running|still in cinemas) [{date}]?
    is there a showing of {movie} [at {time}] [{date}]?
    is there a (screening|matinee|show) of {movie} at {cinema} [on {date:day}]?
    is there anything (good|on) at {cinema} {date}?
    is there a cinema in {city} that plays {movie}
    are there [any] showings of {movie} (after|before) {time}?
    are there tickets (left|available) for {movie} [at {cinema}]?
    are they (showing|playing) {movie} at {cinema} [{date}]?
    are there movies on at {cinema} at {time}
    when (is|are) [the] {movie} (on|showing|screening|shown|being shown) [at {cinema}]?
    when (can|could) (I|we) (see|watch|catch) {movie} [at {cinema}|in {city}]?
    when does {movie} (start|begin|play|run|screen|come on) [at {cinema}] [{date}]?
    when does the next {movie} (showing|screening) start?
    when does {cinema} (play|show) {movie} {date}?
    when do they (show|play) {movie} [at {cinema}]?
    when is the (next|first|last|late|early) (showing|screening|show) of {movie}?
    when is {movie} in {city}
    when are the showings of {movie} {date}
    what time (is|does) {movie} (on|playing|play|start|begin) [{date}]?
    what time can I see {movie} at {cinema}?
    what time is the (next|last) showing of {movie} at {cinema}
    what times is {movie} (playing|showing) [{date}]?
    what (is|'s) (playing|showing|on|screening) at {cinema} [{date}]?
    what is (playing|on|showing) in {city} {date}?
    what's on at the movies {date}
    what's the (schedule|program) (at|for) {cinema} [{date}]?
    what's showing after {time} [at {cinema}]
    what (movies|films) (are|can I see) [playing|showing|on] at {cinema} [{date}]
    what (movies|films) start (at|around|after|before) {time} [at {cinema}]?
    what (movies|films) does {cinema} have {date}?
    what are the (showtimes|times|screenings) for {movie} [in {city}] [{date}]?
    what are the movie times at {cinema}?
    what can (I|we) (see|watch) at {cinema} {date}?
    what cinema (is playing|plays|shows) {movie} [{date}]?
    which (cinema|cinemas|theater|theaters) (show|play|have|is showing) {movie} [in {city}]?
    which (movies|films) (are|play) [on] at {cinema} {date}?
    where (is|are they showing) {movie} playing [in {city}] [{date}]?
    where can (I|we) (watch|catch|see) {movie} [at {time}|in {city}]?
    where does {movie} play {date}
    where do they show {movie}?
    who is showing {movie} in {city}?
    how long is {movie} (playing|running) at {cinema}?
    how many showings of {movie} are there {date}?
    how about {movie} at {cinema} {date}
    how do I get tickets for {movie}?
    (find|look up|check|search for) {movie} [in {city}|at {cinema}] [{date}]
    (find|look up|check) (showtimes|show times|screenings|movie times) (at|for) {cinema} [{date}]
    (find|look up|search for) a cinema (showing|with|that plays) {movie}
    (find|get) me a (show|showing|screening) of {movie} [at {cinema}] (at|around|before) {time}
    find [me] (movies|films) in {city} {date}
    find a movie at {cinema} {date}
    find an early screening of {movie}
    find out (when|where) {movie} is playing
    find tickets for {movie} on {date:day}
    check if {movie} is (on|playing) at {cinema}
    check the program of {cinema} for {date:day}
    see if {cinema} has {movie} {date}
    see what's on at {cinema}
    search movie times in {city}
    look for {movie} {date} after {time}
    (buy|get|book|order|reserve|purchase) [me|us] [two] (tickets|seats) (for|to) {movie} [{date}]
    (buy|book|reserve) (a ticket|seats|tickets) (for|to) {movie} at {cinema} at {time}
    (book|reserve) {movie} at {cinema} {date}
    (book|get) the {time} showing of {movie}
    grab tickets for {movie} at {cinema}
    get us in to see {movie} {date}
    I (want|would like|'d like|need) to (see|watch|catch|go to) {movie} [at {cinema}] [{date}]
    I (want|would like|need) (tickets|seats|a ticket) (for|to) {movie} [at {cinema}]
    I (want|would like|need) the (showtimes|times|schedule) for {movie}
    I (want|would like|need) to know when {movie} (is on|starts|plays)
    I want to (go to|see a movie at) {cinema} {date}
    I want to see {movie} in {city} at {time}
    I want to see what's on at {cinema} {date}
    I'd like to see a film at {cinema} at {time}
    I'd like to know what {cinema} is showing
    I'd love to see {movie} {date}
    I need movie times for {cinema}
    I feel like (seeing|watching) {movie} {date}
    I'm going to {cinema} {date}, what's on?
    I'm in {city} {date}, where is {movie} playing?
    I'm looking for showtimes of {movie} [at {cinema}]
    I'm free at {time}, what's playing at {cinema}
    I can go at {time}, is {movie} on?
    I haven't seen {movie}, when is it on?
    I heard {movie} is good, where is it playing
    I missed {movie}, is it still on in {city}?
    we (want|would like|'d like) to (see|watch|catch) {movie} [at {cinema}] [{date}]
    we want to go to the movies {date} [in {city}]
    we need tickets for {movie} at {time}
    we're free {date}, when does {movie} play?
    we're thinking of seeing {movie} at {cinema}
    let's (see|watch|go see|catch) {movie} [at {cinema}] [{date}]
    let's go to {cinema} {date}, what's on
    the kids want to see {movie}, when is it on
    my friends are going to {movie}, what time does it start
    the schedule (of|for|at) {cinema} [please]
    the showtimes of {movie} in {city}
    the next showing of {movie} [please]
    the {time} show of {movie} at {cinema}, any seats
    {movie} [showtimes|times|schedule] (at {cinema}|in {city}) [{date}]
    {movie} showtimes [please]
    {movie} tickets [{date}]
    {movie} {date} at {time}
    {movie}, when is it on [at {cinema}]?
    {movie}, where is it playing?
    {movie}, {cinema}, {date}
    {cinema} (movie times|showtimes|program|listings|schedule) [{date}]
    {cinema} {date}, what's on
    {cinema}, {movie}, what time?
    {city} movie (times|listings) [{date}]
    {city} showtimes for {movie}
    {date} {movie} at {cinema}
    {date} what's playing at {cinema}?
    at {cinema}, when does {movie} start
    at {time} is there anything on at {cinema}?
    on {date:day} which movies are at {cinema}?
    in {city}, where is {movie} on?
    after {time}, what's on at {cinema}?
    showtimes at {cinema} [{date}]
    showtimes [of|for] {movie} after {time}
    show times {movie} {cinema}
    showings of {movie} (at {cinema}|in {city}) [{date}]
    screenings at {cinema} on {date:day}
    movie times [for {movie}] [in {city}]
    movie times at {cinema} after {time}
    movies (playing|on|showing) (at {cinema}|in {city}) [{date}]
    movies at {cinema} around {time}
    films at {cinema} {date}
    films [showing|playing] in {city} {date}
    tickets (for|to) {movie} [{date}] [please]
    two tickets for {movie} at {cinema} {date}
    any (showings|screenings|shows) of {movie} {date}?
    any tickets [left] for {movie} [at {cinema}]?
    any movies at {cinema} at {time}?
    anything good (at {cinema}|in {city}) {date}
    cinema times for {movie}
    cinema listings for {city} {date}
    start time of {movie} at {cinema}
    starting times for {movie} {date}
    movie night {date}, is {movie} on at {cinema}?
  `),
};
