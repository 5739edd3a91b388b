import { lines } from "./phrase-list.js";

/** More of what people ask about the weather and about sports; for train only. */
export const weatherSportsMore: Readonly<Record<string, readonly string[]>> = {
  "weather/check": lines(`
    please (tell|show|give) me the (weather|forecast) [for {city}] [{date}]
    (tell|show|give|get|read|check) [me] the (weather|forecast|weather report|weather forecast) (in|for) {city} [{date}]
    (tell|show|give) me the weather (at|around) {time} [in {city}]
    (tell|show|give) me the (temperature|conditions|outlook) (in|for) {city} [on {date:day}]
    tell me (if|whether) it will be {condition:sky} [in {city}] [{date}]
    tell me (if|whether) there will be {condition} [in {city}] [{date}]
    tell me (if|whether) it's {condition:sky} in {city}
    tell me how {condition:sky} it is [in {city}]
    tell me what the weather is like in {city}
    tell me what to wear {date} [in {city}]
    show me the forecast for {date:day}
    give me a weather update [for {city}]
    give me the weather {date} at {time}
    (could|would|will) you [please] (check|tell me) the weather (in|for) {city} [{date}]?
    could you tell me if it's going to be {condition:sky} {date}?
    could you tell me whether to expect {condition} [in {city}]?
    could it be {condition:sky} in {city} [{date}]?
    could we get {condition} {date}?
    can you (check|look up|get|tell me) the (weather|forecast) [in {city}] [{date}]?
    can you tell me if there's {condition} in {city}?
    can you tell me the temperature [in {city}] [{date}]?
    can I (expect|count on) {condition} [in {city}] {date}?
    can I go (outside|out|running|for a walk) {date} in {city}?
    can I wear shorts {date}?
    can I hang the laundry outside {date}
    can we expect {condition:sky} weather in {city} [on {date:day}]?
    can we have a picnic in {city} {date}?
    do I need (an umbrella|a jacket|sunscreen|a sweater|boots|a hat|gloves) [in {city}] [{date}]?
    do I have to dress warm {date} in {city}?
    do they have {condition} in {city} [right now]?
    do you think it will be {condition:sky} {date}?
    do you expect {condition} in {city}
    does it (look|feel|get|seem) {condition:sky} in {city} [{date}]?
    does the forecast (say|call for|show|mention) {condition} [{date}] [in {city}]?
    did they forecast {condition} for {city}?
    is it (currently|still|really|very|too) {condition:sky} in {city}?
    is it {condition:sky} [outside|out] [in {city}] [right now]?
    is it going to (be|get|turn|stay) {condition:sky} [in {city}] [at {time}] [on {date:day}]?
    is it supposed to be {condition:sky} [in {city}] {date}?
    is it (hot|raining|snowing|freezing|nice) in {city}?
    is it going to (rain|snow|storm|pour|freeze|clear up) [in {city}] [{date}]?
    is it (likely|expected) to be {condition:sky} in {city} {date}?
    is there (going to be|any|much|still|a lot of) {condition} [in {city}] [{date}]?
    is there a (chance|risk|danger|threat|warning) of {condition} [in {city}] [{date}]?
    is there any {condition} (expected|forecast|coming|on the way) [for {city}]?
    is {condition} (expected|likely|coming|forecast|predicted) [in {city}] [{date}]?
    is {city} [going to be] {condition:sky} [{date}]?
    is the weather (good|nice|bad|okay|fine) in {city} [{date}]?
    is the sun (out|shining) in {city}?
    are there (going to be|any) {condition} warnings [for {city}]?
    are we (getting|expecting|going to get|due) {condition} [{date}]?
    are we going to have {condition:sky} weather [{date}]?
    are the roads in {city} {condition:sky}?
    am I going to need a coat {date} [in {city}]?
    am I going to run into {condition} in {city}
    should I (take|bring|wear|pack|carry) (an umbrella|a coat|a jacket|a raincoat|sunglasses|warm clothes) [to {city}] [{date}]?
    should I (expect|worry about|prepare for|watch out for) {condition} [in {city}] [{date}]?
    should I stay inside {date}
    will it (be|get|stay|turn|become|remain) {condition:sky} [in {city}] [{date}] [at {time}]?
    will it (rain|snow|freeze|storm|pour|hail|warm up|cool down) [in {city}] [{date}]?
    will there be [any|much|more] {condition} [in {city}] [on {date:day}] [at {time}]?
    will there still be {condition} {date} [in {city}]?
    will {city} (be|get) {condition:sky} {date}?
    will {city} (have|get|see) {condition} [{date}]?
    will I (need|want) (an umbrella|a coat|a jacket) [in {city}] [{date}]?
    will we (have|get|see) {condition} {date} [in {city}]?
    will the weather (be|stay|get|turn) {condition:sky} [in {city}] [{date}]?
    will the {condition} (stop|end|go away|continue|pass|last) [{date}]?
    will the {condition} reach {city} [{date}]?
    will the sun (shine|come out) {date} [in {city}]?
    how (hot|cold|warm|windy|bad|humid) (is it|will it be|will it get|does it get) [in {city}] [{date}]?
    how {condition:sky} is it [outside] [in {city}]?
    how {condition:sky} will it (be|get) [{date}]?
    how much {condition} (will there be|is coming|are we getting|did they forecast|can we expect) [in {city}] [{date}]?
    how bad (is|will) the {condition} [be] [in {city}] [{date}]?
    how (is|'s) the weather [looking] [in {city}] [{date}]?
    how (does|will) the weather (look|be) [in {city}] [for {date:day}]?
    how are the conditions in {city} [at {time}]?
    how about the weather in {city} {date}
    how do I dress for {city} {date}?
    how long will it (be|stay) {condition:sky} in {city}?
    what (is|'s|will be) the (weather|forecast|temperature|temp|outlook) [like] [in {city}|for {city}] [on {date:day}]?
    what (is|'s) the weather (going to be|gonna be|supposed to be) [like] [in {city}] [{date}]?
    what (is|'s) it like (outside|out|in {city}) [{date}]?
    what's the chance of {condition} [in {city}] [{date}]?
    what's the (high|low|humidity|wind speed|UV index) [in {city}] [{date}]?
    what's the [current] weather (report|situation|prediction) [for {city}]?
    what's the forecast (for|at) {time} [{date}]
    what are the chances (of|for) {condition} [in {city}] {date}?
    what are the (odds|chances) that it's {condition:sky} in {city}?
    what are the weather conditions [in {city}] [{date}]?
    what does the (weather|forecast|sky) look like [in {city}] [{date}]?
    what does the forecast say [for {city}] [{date}]?
    what kind of weather (is|will there be|should I expect|do they have) [in {city}] [{date}]?
    what temperature (is it|will it be) [in {city}] [{date}]?
    what should I wear [in {city}] [{date}]?
    what should I expect from the weather {date}
    what weather (is it|do we get|is coming) {date}
    when (will|does) the {condition} (stop|start|end|come|arrive|begin|clear) [in {city}]?
    when (will it|is it going to) be {condition:sky} [in {city}]?
    when will there be {condition} [in {city}]?
    when is {condition} (expected|coming) [in {city}]?
    where is it {condition:sky} [{date}]
    which day is {condition:sky} in {city}
    why is it so {condition:sky} in {city}
    (check|look up|find|get|find out|see) the (weather|forecast|temperature) [for {city}] [{date}]
    (check|look up|see) (if|whether) it's {condition:sky} in {city} [{date}]
    (check|see) (if|whether) there's {condition} [in {city}] [{date}]
    check for {condition} [in {city}] [{date}]
    look up {condition} for {city}
    look outside, is it {condition:sky}
    report the weather in {city}
    update me on the weather [in {city}] [{date}]
    warn me if there's {condition} {date}
    let me know (if|whether) it's going to be {condition:sky} {date}
    let me know (if|about) {condition} in {city}
    let me know the weather [for {city}] [{date}]
    I (want|need|would like|'d like) [to know] the (weather|forecast|temperature) [for {city}] [{date}]
    I (want|need|would like) to know (if|whether) it will be {condition:sky} [in {city}] [{date}]
    I (want|need) to know (if|whether) there will be {condition} [in {city}] [{date}]
    I'd like a weather (report|forecast|update) [for {city}] [on {date:day}]
    I'd like to know how {condition:sky} it gets in {city}
    I heard there's {condition} in {city}, is that (true|right)?
    I heard it will be {condition:sky} {date}
    I hope it's not {condition:sky} {date}, is it?
    I hope there's no {condition} in {city} {date}
    I wonder (if|whether) it will be {condition:sky} {date} [in {city}]
    I'm going (hiking|camping|sailing|skiing|out) {date}, will there be {condition}?
    I'm going to {city} {date}, what's the weather like?
    I'm flying to {city} {date}, is it {condition:sky} there?
    I'm traveling to {city}, what should I pack?
    I'm planning a (barbecue|picnic|hike|trip) {date}, how's the weather?
    I'm driving to {city}, is there {condition} on the way
    I'm in {city} {date}, do I need an umbrella?
    we're having a party outside {date}, will it be {condition:sky}?
    we're going to {city}, will we see {condition}?
    it looks {condition:sky} outside, will it stay like that?
    they say there is {condition} in {city}
    they announced {condition} for {date:day}, is it still coming?
    my flight goes to {city} {date}, any {condition}?
    expected (temperature|weather|{condition}) in {city} {date}
    chance of {condition} [in {city}] [{date}]
    chances of {condition} {date}
    risk of {condition} in {city} [on {date:day}]
    any {condition} [in {city}] [{date}]?
    any {condition} (coming|expected|forecast|warning) [for {city}] [{date}]?
    any sign of {condition} [in {city}]
    {condition} in {city} [{date}]?
    {condition} {date}?
    {condition} (forecast|warning|alert) [for {city}] [{date}]
    {condition:sky} in {city} [{date}]?
    {condition:sky} or {condition:sky} in {city} {date}?
    {condition:sky} {date}?
    {city} (forecast|weather report|temperature) [{date}] [please]
    {city} at {time}, what's the weather?
    {city} {date}, is it {condition:sky}?
    {city}, {date}, weather
    {city}: any {condition} {date}?
    {date} in {city}, (how's|what's|what will be) the weather [like]?
    {date} in {city}, is it going to be {condition:sky}?
    {date} weather [in {city}] [please]
    {date}, will there be {condition} in {city}
    on {date:day} will it be {condition:sky} [in {city}]?
    on {date:day}, what's the forecast for {city}?
    at {time} will it be {condition:sky}?
    at {time}, is there {condition} in {city}
    in {city}, (what's the weather|is it {condition:sky}|how's the weather|will there be {condition}) [{date}]?
    for {city}, what's the forecast [{date}]
    (weather|forecast) [please]
    (weather|forecast) (in|for) {city} [{date}] [please]
    (weather|forecast) {city} {date}
    (weather|forecast) {date} [in {city}]
    weather at {time} [in {city}]
    weather report [for {city}] [{date}]
    weather outlook for {city} [{date}]
    current (weather|temperature|conditions) [in {city}]
    local weather [please]
    today's weather in {city}
    the (weather|forecast) [in {city}] on {date:day} [please]
    the (weather|forecast) for {date:day} in {city}
    the temperature [in {city}] [at {time}] [please]
    temperature (in|for) {city} [on {date:day}]
    temps in {city} {date}
  `),
  "sports/score": lines(`
    please (tell|show|give) me the score (of|for) {team}
    (tell|show|give|get) me the {team} (score|result|game) [{date:past_date}]
    (tell|show|give|get) me the (score|result|outcome) of the {team} (game|match) [{date:past_date}]
    (tell|show|give|get) me the {league} (results|scores|table|rankings|standings) [{date:past_date}]
    (tell|show|give) me the score of {team} (against|versus|and) {team}
    (tell|show|give) me the schedule (of|for) {team}
    tell me who won the {league} [{date:past_date}]
    tell me (if|whether) {team} won [{date:past_date}]
    tell me who won, {team} or {team}
    tell me how {team} (did|played) [{date:past_date}]
    tell me when {team} play [{date}]
    tell me who leads the {league}
    show me (fixtures|games|upcoming games) (for|of) {team} [in the {league}]
    show me today's {league} (games|scores)
    give me a {team} update
    (could|would|will) you [please] (check|tell me|get) the {team} score?
    could you tell me who won the {league} game?
    could you check if {team} won {date:past_date}?
    could you show me the {league} table
    can you (check|tell me|give me|get|look up) the {team} (score|result) [{date:past_date}]?
    can you tell me who won [the game] between {team} and {team}?
    can you tell me how {team} are doing [in the {league}]?
    can you tell me when the next {team} game is?
    can you show me the {league} standings?
    can you look up the {league} results [{date:past_date}]?
    can {team} still win the {league}?
    do you know if {team} won [{date:past_date}]?
    do you know the {team} score
    do you know who won the {league} [match]?
    do {team} (play|have a game|have a match) {date}?
    do {team} play {team} {date}?
    does {team} play on {date:day}?
    did {team} (win|lose|play|score|tie|draw|beat {team}) [{date:past_date}]?
    did {team} win (their|the) [last] (game|match) [in the {league}]?
    did {team} (beat|defeat|lose to|draw with|tie with|crush|play) {team} [{date:past_date}]?
    did {team} make it to the {league} (final|playoffs)?
    did anyone score in the {team} game?
    is {team} (winning|losing|ahead|leading|playing) [right now]?
    is {team} playing {team} {date}?
    is {team} (first|leading|last|ahead) in the {league}?
    is there a {team} (game|match) {date}?
    is there a {league} (match|game) {date}?
    is the {team} game (over|on|finished)?
    is the {league} (on|over|finished)?
    are {team} (winning|losing|ahead|leading|up|behind) [against {team}]?
    are {team} (on top of|leading|first in|last in|still in) the {league}?
    are {team} playing on {date:day} [against {team}]?
    are there [any] {league} (games|matches) {date}?
    have {team} (scored|lost|started|finished) [yet]?
    have {team} qualified for the {league}?
    has the {team} game started
    how did {team} (do|play|perform|get on) [{date:past_date}] [in the {league}]?
    how did {team} do against {team} [{date:past_date}]?
    how did the {league} (game|match|final) (end|go|finish) [{date:past_date}]?
    how did the {team} (game|match) (end|go|turn out) [{date:past_date}]?
    how (is|are) {team} doing [against {team}]?
    how (is|are) {team} (ranked|placed) in the {league}?
    how (is|'s) the {team} (game|match) going?
    how's the {league} looking
    how many (goals|points|runs) did {team} (score|get) [{date:past_date}]?
    how many games (has|have) {team} won [in the {league}]?
    how many points (has|have|do) {team} (got|have) [in the {league}]?
    how much did {team} win by [{date:past_date}]?
    how high did {team} win {date:past_date}
    what (was|is|'s) the [final|latest|current] score (of|in|for) the {team} (game|match) [{date:past_date}]?
    what (was|is|'s) the [final|current] score (between {team} and {team}|of {team} versus {team}) [{date:past_date}]?
    what (was|is|'s) the {team} score [{date:past_date}]?
    what (was|is|'s) the (result|outcome) of the {league} (game|match|final) [{date:past_date}]?
    what was the {league} (score|result) [{date:past_date}]?
    what's the score in the {league} [game]?
    what's the score, {team} or {team}?
    what's the latest (on|from|with) {team}?
    what's the {league} (table|ranking|schedule|score) [like]?
    what's {team}'s (record|position|rank|place) in the {league}?
    what place are {team} in [in the {league}]?
    what happened (in|at) the {team} (game|match) [{date:past_date}]?
    what happened in the {league} [{date:past_date}]?
    what are the (scores|results|standings) (in|of|for|from) the {league} [{date:past_date}]?
    what time (do|does) {team} play [{date}]?
    what time (is|does) the {team} (game|match) [start] [on {date:day}]?
    what time is the {league} (final|game) {date}?
    what channel is the {team} game on
    what {league} games are on {date}?
    when (is|'s) the next {team} (game|match)?
    when (is|'s) the next {league} (game|match|final)?
    when (do|does|did) {team} play [{team}]?
    when (do|does|will) {team} play again [in the {league}]?
    when are {team} on {date}
    when is {team} against {team}?
    when did {team} last (win|lose|play)?
    where (is|are) {team} (playing|ranked) [{date}]?
    where do {team} (stand|rank|sit) in the {league}?
    which team (won|lost|is winning), {team} or {team}?
    which teams (play|won) in the {league} [{date:past_date}]?
    which {league} (games|matches) are (on|played) {date}?
    who (won|lost|is winning|is ahead|is leading|scored) in the {team} (game|match) [{date:past_date}]?
    who (won|lost), {team} or {team} [{date:past_date}]?
    who won [between] {team} (and|against|versus) {team}
    who won the {league} [final] [{date:past_date}]?
    who won in the {league} {date:past_date}?
    who won {date:past_date}, {team} or {team}?
    who (leads|is leading|is first in|is on top of|tops|is winning|is last in) the {league}?
    who (is|are) {team} playing [{date}] [in the {league}]?
    who (did|do|does) {team} play [{date:past_date}]?
    who did {team} (beat|lose to) [{date:past_date}]?
    who beat {team} [{date:past_date}]?
    who scored for {team} [{date:past_date}]?
    who plays in the {league} {date}?
    who is in the {league} final
    why did {team} lose {date:past_date}
    (check|get|find|look up|find out|read) the {team} (score|result|game) [{date:past_date}]
    (check|get|find|look up|read|bring up|pull up) [me] the {league} (scores|results|standings|table|schedule) [{date:past_date}]
    (check|see|find out) (if|whether) {team} won [{date:past_date}]
    check on {team} [in the {league}]
    check how {team} are doing
    find the score of {team} against {team}
    find the next game of {team}
    look up when {team} play
    look up {team} in the {league}
    look up {team} versus {team} [{date:past_date}]
    update me on {team} [in the {league}]
    update me on the {league} [games]
    keep me posted on {team}
    fill me in on the {league} [{date:past_date}]
    catch me up on the {league}
    let me know (how|if) {team} (did|won) [{date:past_date}]
    let me know the score of the {team} game
    let me know who won the {league}
    I (want|need|would like|'d like) [to know] the (score|result) of [the] {team} [game] [{date:past_date}]
    I (want|need|would like) [to see] the {league} (scores|standings|results|table)
    I (want|need) to know (if|whether|how) {team} (won|played|did) [{date:past_date}]
    I (want|need) to know who won the {league}
    I want to know when {team} play [{team}]
    I'd like to know who won {team} against {team}
    I'd like an update on {team}
    I'd like to watch {team}, when do they play
    I missed the {team} (game|match) [{date:past_date}], (who won|what was the score|how did it end)?
    I missed the {league} {date:past_date}, who won?
    I didn't see the {league} (game|match) [{date:past_date}]
    I heard {team} (won|lost) {date:past_date}, is that true?
    I bet on {team}, did they win [{date:past_date}]?
    I hope {team} won {date:past_date}
    I'm a fan of {team}, how did they do {date:past_date}
    I'm following the {league}, what's the score?
    my team is {team}, what's the score?
    we missed the end of {team} against {team}
    the score of {team} [against {team}] [please]
    the {team} (score|result|game) [{date:past_date}] [please]
    the {league} (scores|standings|results|rankings) [{date:past_date}] [please]
    the latest (from|in) the {league}
    the latest on {team}
    the game between {team} and {team} [{date:past_date}], who won?
    the next {team} (game|match) [please]
    (score|result|final score) of {team} [against|versus] {team} [{date:past_date}]
    (score|result) of the {league} (game|final) [{date:past_date}]
    (score|result) {team} {team}
    score for {team} [{date:past_date}] [please]
    scores (from|in|of) the {league} [{date:past_date}]
    results of {team} [in the {league}]
    standings in the {league} [please]
    sports update for {team}
    latest {league} (results|news|table)
    latest score of {team}
    live score of {team} [against {team}]
    final score, {team} against {team}
    any score (for|from) {team} [yet]?
    any {league} results [{date:past_date}]?
    any goals in the {team} game?
    next game of {team} [in the {league}]
    {team} (score|result|game) [{date:past_date}]
    {team} (against|versus|vs) {team} [score] [{date:past_date}]
    {team} in the {league} [{date:past_date}]
    {team} (game|match) time [on {date:day}]
    {team} next game
    {team}, did they win [{date:past_date}]?
    {team}, how are they doing?
    {team} or {team}, who won [{date:past_date}]?
    {team} {team} {date:past_date}
    {league} (scores|results|standings|table|schedule) [{date:past_date}] [please]
    {league} (score|winner|final) [{date:past_date}]
    {league}, {team}, score
    {league}, who won [{date:past_date}]?
    {date:past_date} did {team} win [against {team}]?
    {date:past_date} {team} played, what was the score?
    {date:past_date} in the {league}, who won?
    in the {league}, (how are {team} doing|who is first|did {team} win)?
    on {date:day} do {team} play?
    against {team}, did {team} win?
    how about {team}, did they win?
    what about the {league} {date:past_date}
  `),
};
