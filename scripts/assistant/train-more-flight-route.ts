import { lines } from "./phrase-list.js";

/** More of what people say to find flights or a way; for train only. */
export const flightRouteMore: Readonly<Record<string, readonly string[]>> = {
  "flight/search": lines(`
    please (find|search for|look for) [a] (flight|flights) to {destination:city} [{date}]
    (find|search for|look for|show me|get me) [cheap|direct|nonstop] flights (to|into) {destination:city} [from {origin:city}] [{date}]
    (find|search for|look for) [me] a {cabin_class} (flight|ticket|seat) (from {origin:city} to|to) {destination:city}
    (find|search for|show me) {airline} flights [from {origin:city}] [to {destination:city}]
    (find|search|check) flights with {airline} {date}
    (find|get|book) me a seat on {airline} to {destination:city}
    (find|get) me a flight out of {origin:city} [{date}] [at {time}]
    find a flight leaving {origin:city} at {time} for {destination:city}
    find the (cheapest|earliest|next|last|fastest) flight (to|from {origin:city} to) {destination:city}
    find flights that (arrive in|land in|get into) {destination:city} (by|before) {time}
    find airline tickets to {destination:city}
    find airfare to {destination:city} on {date:day}
    (book|reserve) [me] a flight (from {origin:city} to|to) {destination:city} [{date}] [with {airline}]
    (book|reserve|buy) [me|us] (tickets|a ticket|seats|plane tickets) (from {origin:city} to|to) {destination:city} [{date}]
    (book|reserve|buy) a {cabin_class} (ticket|seat) (to {destination:city}|with {airline}) [{date}]
    (book|reserve) {airline} to {destination:city} {date}
    book a flight with {airline} [in {cabin_class}]
    book a flight {date} at {time}
    book a trip from {origin:city} to {destination:city}
    book {cabin_class} from {origin:city} to {destination:city} [on {date:day}]
    book me in {cabin_class} to {destination:city}
    book the {time} flight to {destination:city}
    reserve a seat in {cabin_class} with {airline}
    (could|would|will) you [please] (find|book) [me] a flight (to|from {origin:city} to) {destination:city} [{date}]?
    could you check flights from {origin:city} to {destination:city}?
    could you get me [a] {cabin_class} [ticket] to {destination:city}
    could you look for {airline} flights {date}?
    can you (find|get|show|book) [me] (flights|a flight) [from {origin:city}] to {destination:city} [on {date:day}]?
    can you (find|book) [me] a {cabin_class} (flight|seat) [to {destination:city}] [{date}]?
    can you find [me] something from {origin:city} to {destination:city} {date}?
    can you search {airline} for flights to {destination:city}?
    can you tell me how much a flight to {destination:city} (costs|is)?
    can you look up airfare from {origin:city} to {destination:city}
    can you fly me (from {origin:city} to|to) {destination:city}?
    can I (fly|get a flight) (from {origin:city} to|to) {destination:city} [{date}] [with {airline}]?
    can I fly {cabin_class} to {destination:city}?
    can I get to {destination:city} by plane {date}?
    can I get a {cabin_class} ticket [with {airline}]?
    can we fly to {destination:city} on {date:day}
    do you have [any] flights [from {origin:city}] to {destination:city} [{date}]?
    do they fly from {origin:city} to {destination:city}?
    does {airline} (fly|go|have flights) [from {origin:city}] to {destination:city} [{date}]?
    does {airline} have {cabin_class} [seats] to {destination:city}?
    is there a [direct|nonstop|cheap|late|morning] flight (from {origin:city} to|to) {destination:city} [{date}]?
    is there a flight [leaving|departing] {origin:city} at {time} [on {date:day}]?
    is there anything with {airline} {date}?
    is there a {cabin_class} seat to {destination:city} {date}
    is {airline} flying to {destination:city} {date}?
    are there [any] (flights|planes) [from {origin:city}] to {destination:city} [{date}]?
    are there {airline} flights from {origin:city} {date}?
    are there (cheap|direct|nonstop|evening) flights to {destination:city} on {date:day}
    are there seats left in {cabin_class} [to {destination:city}]?
    any flights (from {origin:city} to|to) {destination:city} [with {airline}] [{date}]?
    any {cabin_class} (flights|tickets|seats) to {destination:city}?
    how much (is|are|does it cost for|would be) a (flight|ticket|plane ticket) (from {origin:city} to|to) {destination:city} [{date}]?
    how much (is|are) {cabin_class} [with {airline}] to {destination:city}?
    how much to fly (from {origin:city} to|to) {destination:city} [{date}]?
    how much does {airline} want for a flight to {destination:city}?
    how (can|do) I fly [from {origin:city}] to {destination:city}?
    how early can I leave {origin:city} for {destination:city} {date}?
    how long is the flight from {origin:city} to {destination:city}
    what (flights|planes) (are there|go|fly|do you have) (from {origin:city} to|to) {destination:city} [{date}]?
    what flights does {airline} have [{date}]?
    what is the (cheapest|price of a|cost of a|fare for a) {cabin_class} (flight|ticket) to {destination:city}?
    what's the (cheapest|next|first|earliest|last) flight (from {origin:city} to|to) {destination:city} [{date}]?
    what's the airfare (from {origin:city} to|to) {destination:city}?
    what does a {cabin_class} (seat|flight|ticket) [with {airline}] to {destination:city} cost?
    what does it cost to fly from {origin:city} to {destination:city}?
    what time is the flight to {destination:city} {date}
    what airlines fly (from {origin:city} to|to) {destination:city}
    when can I fly (from {origin:city} to|to) {destination:city} [with {airline}]?
    when (is|does) the next flight to {destination:city} [leave]?
    when does {airline} fly to {destination:city}?
    where can I fly from {origin:city} {date}
    which flights (go|leave|depart) (from {origin:city} to|for) {destination:city} [{date}]?
    which airline (flies|goes) from {origin:city} to {destination:city}?
    (show|tell|give) me (flights|options|connections) (from {origin:city} to|to) {destination:city} [{date}] [in {cabin_class}]
    show me [all] flights (departing|leaving) {origin:city} [on {date:day}] [after {time}]
    show me the (cheapest|earliest|latest) (flight|tickets) to {destination:city} [with {airline}]
    show me {cabin_class} (fares|seats|tickets|flights) [from {origin:city}] to {destination:city}
    give me prices for flights to {destination:city} {date}
    give me a {cabin_class} seat to {destination:city}
    get me (a flight|on a flight|tickets) (from {origin:city} to|to) {destination:city} [{date}]
    get me from {origin:city} to {destination:city} by plane
    get me to {destination:city} {date} in {cabin_class}
    get me out of {origin:city} [{date}]
    get me home to {destination:city} with {airline}
    list (flights|all flights) from {origin:city} to {destination:city} [{date}]
    list {airline} flights to {destination:city}
    check [for] flights (from {origin:city} to|to) {destination:city} [on {date:day}]
    check (prices|fares|availability) (from {origin:city} to|for) {destination:city} [in {cabin_class}]
    check {airline} for {date}
    check what {airline} has to {destination:city} {date}
    compare prices for {cabin_class} to {destination:city}
    look up flights to {destination:city} [{date}]
    see if there are flights from {origin:city} to {destination:city}
    search flights {origin:city} {destination:city} [{date}]
    search for {cabin_class} tickets with {airline}
    plan a flight to {destination:city} {date}
    arrange a flight from {origin:city} to {destination:city}
    fly me from {origin:city} to {destination:city} [{date}] [in {cabin_class}]
    fly with {airline} to {destination:city} {date}
    fly from {origin:city} to {destination:city} on {date:day}
    put me on (a flight|a plane|{airline}) to {destination:city} [{date}]
    send me to {destination:city} in {cabin_class}
    I (need|want|would like|'d like|have) to (fly|go by plane|travel by air) [from {origin:city}] to {destination:city} [{date}]
    I (need|want|would like|'d like|have) to (fly|be) in {destination:city} (by|on) {date:day}
    I (need|want|would like|'d like) (a flight|flights|a ticket|plane tickets) (from {origin:city} to|to) {destination:city} [{date}] [with {airline}]
    I (need|want|would like|'d like) [a] {cabin_class} (ticket|seat|flight) [to {destination:city}] [{date}]
    I (need|want|would like) to book (a flight|tickets|{airline}) [from {origin:city}] [to {destination:city}] [on {date:day}]
    I (need|want) to fly {cabin_class} [with {airline}] to {destination:city}
    I (need|want) to leave {origin:city} {date} [at {time}] and (land in|fly to) {destination:city}
    I want to fly out of {origin:city} {date}
    I want to go to {destination:city} by plane
    I want to visit {destination:city} {date}, find me a flight
    I want {airline} from {origin:city} to {destination:city}
    I need to get (from {origin:city} to|to) {destination:city} {date}, any flights?
    I need to catch a plane to {destination:city}
    I need flights departing {origin:city} at {time}
    I'd like to take {airline} to {destination:city} [on {date:day}]
    I'd like to depart from {origin:city} [{date}]
    I'd love to fly to {destination:city} in {cabin_class}
    I'd prefer {airline} to {destination:city}
    I'm flying (from {origin:city} to|to) {destination:city} {date}, what's available
    I'm going to {destination:city} {date}, I need a ticket
    I'm looking for [a] (flight|flights|{cabin_class} flight) (from {origin:city} to|to) {destination:city} [{date}]
    I'm looking to fly with {airline} [{date}]
    I'm in {origin:city} and need to be in {destination:city} {date}
    I'm traveling {cabin_class} from {origin:city} to {destination:city}
    we (want|need|would like) to fly (from {origin:city} to|to) {destination:city} [{date}]
    we need {cabin_class} seats to {destination:city}
    we're going to {destination:city}, find (seats|flights) in {cabin_class}
    let's fly to {destination:city} [{date}] [with {airline}]
    let's book {cabin_class} to {destination:city}
    my trip to {destination:city} starts in {origin:city} {date}, find a flight
    my meeting in {destination:city} is {date}, get me a flight
    how about a flight to {destination:city} {date}
    what about {airline} to {destination:city}
    (flight|flights|tickets|airfare|planes) (from {origin:city} to|to) {destination:city} [{date}] [please]
    (flight|flights) from {origin:city} [{date}] [at {time}]
    (flight|flights) {origin:city} {destination:city} [{date}]
    (flight|flights) with {airline} (from {origin:city} to|to) {destination:city}
    flights leaving {origin:city} after {time}
    flights into {destination:city} {date}
    flight to {destination:city} in {cabin_class} with {airline} [on {date:day}]
    flight to {destination:city} at {time} [please]
    tickets with {airline} to {destination:city} {date}
    tickets for {destination:city} in {cabin_class}
    plane ticket from {origin:city} to {destination:city}
    a {cabin_class} (ticket|seat) to {destination:city} [please]
    a cheap flight (from {origin:city} to|to) {destination:city} [{date}]
    a seat on {airline} from {origin:city} [{date}]
    a return ticket from {origin:city} to {destination:city}
    a ticket to {destination:city} with {airline} {date}
    the next {airline} flight to {destination:city}
    the cheapest {cabin_class} seat from {origin:city} to {destination:city}
    direct flights (from {origin:city} to|to) {destination:city} [{date}]
    nonstop to {destination:city} [from {origin:city}] {date}
    last minute flights from {origin:city}
    return flight to {destination:city} on {date:day}
    one way from {origin:city} to {destination:city} [in {cabin_class}]
    one way ticket to {destination:city} with {airline}
    {cabin_class} (flights|seats|tickets|fares) (from {origin:city} to|to) {destination:city} [{date}]
    {cabin_class} to {destination:city} [{date}]
    {cabin_class} with {airline} [to {destination:city}]
    {airline} flights (from {origin:city} to|to) {destination:city} [{date}]
    {airline} to {destination:city} [on {date:day}]
    {airline}, {cabin_class}, {origin:city} to {destination:city}
    {airline} from {origin:city} {date} [at {time}]
    {airline} prices to {destination:city}
    {origin:city} to {destination:city} [flights] [{date}]
    {origin:city} to {destination:city} with {airline}
    {origin:city}, {destination:city}, {date}, {airline}
    {destination:city} flights from {origin:city} [{date}]
    {destination:city} {date}, {cabin_class}
    {destination:city} from {origin:city} on {date:day} [please]
    {date} (I want to|I need to|can I) fly to {destination:city}
    {date} a flight from {origin:city} to {destination:city}
    on {date:day} I (fly|want to fly) to {destination:city} with {airline}
    on {date:day} from {origin:city} to {destination:city} [in {cabin_class}]
    from {origin:city} to {destination:city} [{date}] [in {cabin_class}], (find flights|any flights|what's available)
    from {origin:city}, are there flights to {destination:city} {date}
    to {destination:city} from {origin:city} {date}, flight please
    to {destination:city} with {airline}, {cabin_class}
    with {airline} from {origin:city} to {destination:city}
    in {cabin_class}, (find|book) a flight to {destination:city}
    leaving {origin:city} at {time} for {destination:city}
    leaving from {origin:city}, going to {destination:city} {date}
    departing from {origin:city} on {date:day} [in {cabin_class}]
    traveling to {destination:city} from {origin:city} {date}
  `),
  "route/find": lines(`
    please (show|tell|give) me the way to {destination}
    please (navigate|guide me|take me|direct me) [from {origin}] to {destination} [{travel_mode}]
    (show|tell|give) me (how to get|how to go) [from {origin}] to {destination} [{travel_mode}]
    (show|give|tell|find|get) me the (fastest|shortest|quickest|best|easiest) (way|route) [from {origin}] to {destination}
    (show|give|get) me directions [from {origin}] to {destination} [{travel_mode}]
    show me how far {destination} is [from {origin}]
    show me a map (to|of the way to) {destination}
    show me where {destination} is
    tell me how long it takes [from {origin}] to {destination} [{travel_mode}]
    tell me the distance (from|between) {origin} (to|and) {destination}
    tell me when to leave for {destination}
    tell me which bus goes to {destination}
    give me a route to {destination} [{travel_mode}]
    give me the walking route to {destination}
    (could|would|will) you [please] (navigate|direct|guide|take) me to {destination}?
    could you (give|show|get) me directions (from {origin} to|to) {destination}?
    could you find the (quickest|shortest) route to {destination} [{travel_mode}]?
    could you tell me how to get to {destination} [from {origin}]?
    could you tell me how far {destination} is
    can you (navigate|guide me|direct me|take me|lead me|bring me) [from {origin}] to {destination}?
    can you (find|show me|plan|map|work out) a (route|way) [from {origin}] to {destination} [{travel_mode}]?
    can you give me directions to {destination} {travel_mode}
    can you tell me (how to reach|the way to|how far it is to) {destination}?
    can you get me from {origin} to {destination} by {time}?
    can you get me there {travel_mode}, I mean to {destination}?
    can I (walk|drive|cycle|go) [from {origin}] to {destination}?
    can I (get|go) from {origin} to {destination} {travel_mode}?
    can I be at {destination} by {time} [{travel_mode}]?
    can I make it to {destination} before {time}?
    can we get to {destination} {travel_mode}
    do you know the way to {destination} [from {origin}]?
    do you know how to get to {destination}?
    do I have time to get to {destination} by {time}?
    does the bus go from {origin} to {destination}
    is there a (shortcut|faster way|quicker route|direct route|way) [from {origin}] to {destination} [{travel_mode}]?
    is it far [from {origin}] to {destination}?
    is it possible to (get|go) to {destination} {travel_mode}?
    is it (quicker|better|shorter|cheaper) to go to {destination} {travel_mode}?
    is {destination} (far|close|within walking distance) [from {origin}]?
    is there traffic (on the way|between {origin} and|on the road) to {destination}?
    are we far from {destination}
    am I going to reach {destination} by {time}
    how (can|do|would|should) (I|we|you) (get|go|travel|drive|come) [from {origin}] to {destination} [{travel_mode}]?
    how (can|do|should) I (reach|find|get over to) {destination} [from {origin}] [{travel_mode}]?
    how do I get from {origin} to {destination} (by {time}|{travel_mode})?
    how do I get home from {origin} [{travel_mode}]
    how (far|many miles|many kilometers) is it [from {origin}] to {destination} [{travel_mode}]?
    how far [away] is {destination} [{travel_mode}]?
    how far apart are {origin} and {destination}
    how long (does it take|will it take|would it take|is it) [from {origin}] [to get] to {destination} [{travel_mode}]?
    how long is the (drive|trip|walk|ride|way|journey) [from {origin}] to {destination}?
    how long until I'm at {destination} [{travel_mode}]?
    how much time do I need to get to {destination} [{travel_mode}]?
    how soon can I be at {destination} [{travel_mode}]?
    how quickly can I get from {origin} to {destination}?
    how's the traffic to {destination} [from {origin}]?
    how about the way to {destination} {travel_mode}
    what (is|'s) the (best|shortest|easiest|quickest|fastest|safest) (route|way|road) (to|from {origin} to) {destination} [{travel_mode}]?
    what's the (distance|travel time|driving time) (between|from) {origin} (and|to) {destination}?
    what's the way to {destination} [{travel_mode}]
    what's the route from {origin} to {destination}?
    what's the ETA (for|to) {destination} [{travel_mode}]?
    what's the traffic like on the way to {destination}
    what (bus|train|tram|line|road) (goes|takes me|do I take) to {destination} [from {origin}]?
    what time (do I|should I|must I) leave [{origin}] to (be at|reach|get to) {destination} (by|at) {time}?
    what time will I (arrive at|get to|reach) {destination} [{travel_mode}]?
    what are the directions to {destination}
    when (do I|should I|must I|do we) (leave|set off|head out) [{origin}] to be at {destination} (by|at) {time}?
    when will I (be at|arrive at|get to|reach) {destination} [{travel_mode}]?
    when do I leave to arrive at {destination} at {time} {travel_mode}?
    where (is|'s) {destination} [from here|from {origin}]?
    where do I go to find {destination}
    where do I turn to get to {destination}?
    which (route|way|road|bus|train|line) (goes|is best|leads|takes me) [from {origin}] to {destination}?
    which way to {destination} [from {origin}]
    which is faster to {destination}, {travel_mode} or {travel_mode}?
    will I be on time at {destination} at {time}
    will I get to {destination} by {time} [{travel_mode}]?
    (navigate|guide me|direct me|lead me|bring me|drive me|route me|steer me|walk me) [from {origin}] to {destination} [{travel_mode}]
    (start|begin) (navigation|navigating|directions|a route) to {destination}
    (find|plan|map|calculate|work out|figure out|look up|plot|search) (a|the) (route|way|trip|journey) [from {origin}] to {destination} [{travel_mode}]
    (find|look up|get) directions (from {origin} to|to) {destination} [{travel_mode}]
    find [me] a way to {destination} [{travel_mode}] [by {time}]
    find {destination} [on the map]
    find out how long it is to {destination}
    find the quickest way (from {origin} to|to) {destination}
    map out a route to {destination}
    map {origin} to {destination} [{travel_mode}]
    check the (route|traffic|distance) (from {origin} to|to) {destination}
    plan my (route|trip|commute|drive) [from {origin}] to {destination} [by {time}]
    get me (directions|the route|a map) (from {origin} to|to) {destination}
    get me (from {origin} to|to) {destination} [{travel_mode}]
    get me home from {origin}
    get us to {destination} before {time} [{travel_mode}]
    take me (from {origin} to|to) {destination}
    take me to {destination} by {time}
    take us to {destination} [{travel_mode}]
    help me (get to|find|reach) {destination} [from {origin}]
    help me get from {origin} to {destination} {travel_mode}
    go to {destination} [{travel_mode}]
    head to {destination} [from {origin}]
    drive to {destination}
    walk from {origin} to {destination}
    open the map to {destination}
    set (a course|the destination|navigation) (for|to) {destination}
    set {destination} as my destination
    set off to {destination} {travel_mode}
    send me the route to {destination}
    pull up directions to {destination}
    bring up the way from {origin} to {destination}
    avoid (traffic|tolls|highways) on the way to {destination}
    I (need|want|have|would like|'d like) to (get|go|travel) [from {origin}] to {destination} [{travel_mode}]
    I (need|want|have) to (be at|reach|arrive at) {destination} by {time} [{travel_mode}]
    I (need|want|would like) (directions|the route|a route|the way) (from {origin} to|to) {destination} [{travel_mode}]
    I (need|want) to know how (far|long) it is [from {origin}] to {destination}
    I (need|want) to find {destination}
    I (need|want) to drive to {destination} [from {origin}]
    I want to go to {destination} {travel_mode}, show me the way
    I want to leave {origin} and be at {destination} by {time}
    I want the fastest way to {destination}
    I'd like to go {travel_mode} [from {origin}] to {destination}
    I'd like to know the way to {destination}
    I don't know the way to {destination} [from {origin}]
    I don't know how to get to {destination} {travel_mode}
    I can't find {destination}, help
    I must get to {destination} {travel_mode}
    I'm (driving|walking|headed|heading|traveling|on my way) [from {origin}] to {destination}, (which way|how long|give me directions)?
    I'm at {origin}, how do I get to {destination} [{travel_mode}]?
    I'm at {origin} and need to be at {destination} [by {time}]
    I'm starting at {origin}, take me to {destination}
    I'm late for {destination}, what's the fastest way?
    I'm leaving {origin}, navigate to {destination}
    I'm looking for {destination}
    I'm looking for the way to {destination} [from {origin}]
    I'm meeting someone at {destination} at {time}, when do I leave?
    I'm trying to get to {destination} [{travel_mode}]
    we (want|need|have) to (get|go) (from {origin} to|to) {destination} [{travel_mode}]
    we're at {origin}, which way to {destination}
    we're going to {destination} {travel_mode}
    let's (go|drive|navigate|head|get) to {destination} [{travel_mode}]
    let's go from {origin} to {destination}
    if I leave {origin} at {time}, when am I at {destination}?
    if I go {travel_mode}, how long is it to {destination}?
    starting from {origin}, how do I get to {destination}?
    (directions|route|navigation|way) (from {origin} to|to) {destination} [{travel_mode}] [please]
    directions {travel_mode} from {origin} to {destination}
    the (route|road|way|shortest way|directions) (from {origin} to|to) {destination} [{travel_mode}]
    the quickest route to {destination} from {origin} [please]
    the distance from {origin} to {destination}
    distance to {destination} [from {origin}]
    distance between {origin} and {destination} {travel_mode}
    travel time (from {origin} to|to) {destination} [{travel_mode}]
    driving (directions|time) to {destination} [from {origin}]
    walking directions (from {origin} to|to) {destination}
    traffic (from {origin} to|to) {destination}
    time from {origin} to {destination} {travel_mode}
    best way [from {origin}] to {destination} [{travel_mode}]
    fastest (way|route) (from {origin} to|to) {destination}
    a map from {origin} to {destination}
    a route to {destination} {travel_mode} please
    {destination} [please], {travel_mode}
    {destination} from {origin} [{travel_mode}]
    {destination} {travel_mode} by {time}
    {destination}, how do I get there [from {origin}]?
    {destination}, which way?
    {destination}, how far is it from {origin}
    {origin} to {destination} {travel_mode}
    {origin} to {destination}, how (far|long)?
    {travel_mode} (from {origin} to|to) {destination} [please]
    {travel_mode}, how do I get to {destination}?
    {travel_mode}, how long is it from {origin} to {destination}
    from {origin} to {destination} [{travel_mode}], (how do I go|what's the route|how long does it take|directions please)
    from {origin}, (how far is|take me to|show me the way to) {destination}
    from {origin} how do I reach {destination} {travel_mode}?
    to {destination} [{travel_mode}] [please]
    to {destination} from {origin}, which route?
    to be at {destination} by {time}, when should I go?
    by {time} I (need to|have to|must) be at {destination}
    at {time} I need to be at {destination}, which way do I go?
  `),
};
