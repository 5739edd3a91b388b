import { lines } from "./phrase-list.js";

/** More of what people say to find a recipe or to hear music; for train only. */
export const recipeMusicMore: Readonly<Record<string, readonly string[]>> = {
  "recipe/find": lines(`
    please (find|show|get) me a recipe for {dish}
    (find|show|get|give|send|bring up|pull up) [me] (a|some|the) [good|easy|simple] {dish} recipe
    (find|search for|look for|look up|get) [some] {diet} recipes [for {dish}]
    (find|search|look) for a recipe (with|using|that uses|containing) {ingredient} [and {ingredient}]
    find recipes (with|using|for|that contain) {ingredient}
    find me something to (cook|make|bake) with {ingredient}
    find something {diet} to cook with {ingredient}
    find a {diet} dish with {ingredient} [that takes {duration}]
    find a {dish} recipe that (uses|calls for|has|needs) {ingredient}
    find {dish} I can (make|cook|have ready) in {duration}
    find a way to make {dish} {diet}
    find out how to make {dish}
    find {dish} that is {diet}
    search {diet} {dish}
    search recipes for {dish} [with {ingredient}]
    look for {diet} meals with {ingredient}
    look up how to (make|cook|bake|prepare) {dish}
    look up a recipe for {diet} {dish}
    show [me] how to (make|cook|bake|prepare) {dish}
    show me what I can (make|cook) (with|from|out of) {ingredient}
    show me a {diet} recipe (with|for|using) {ingredient}
    show me recipes under {duration}
    show me {dish} recipes without {ingredient}
    show me some {dish} ideas
    (could|would|will) you [please] find a recipe for {diet} {dish}?
    could you (suggest|recommend) a recipe with {ingredient}?
    could you tell me how to make {dish}?
    can you (find|give|show|get) me a {diet} recipe [with {ingredient}]?
    can you look up how to cook {dish}
    can you recommend a {dish} recipe?
    can you suggest a {diet} dish (with|for) {ingredient}?
    can you teach me (how to|to) make {dish}?
    can you help me cook {dish}
    can you tell me how long {dish} takes
    can you pull up the recipe for {dish}?
    can I make {dish} (without|with|using) {ingredient}?
    can I make {dish} in {duration}?
    can I cook {ingredient} in {duration}?
    can I get a recipe for {dish} please
    can {dish} be made {diet}?
    do you have a [good] recipe for {dish}?
    do you have any {diet} recipes?
    do you have something {diet} with {ingredient}?
    do you know a {diet} {dish} recipe
    do you know how to (make|cook|bake) {dish}?
    are there [any] {diet} recipes (for|with) {ingredient}?
    is there {dish} without {ingredient}?
    is there an easy way to make {dish}?
    is there a {dish} recipe with {ingredient}?
    how (can|do|would|should) (I|you|we) (make|cook|bake|prepare|fix) {dish}?
    how (can|do) I (make|cook) {diet} {dish} [in {duration}]?
    how (can|do|should) I (cook|prepare|use|fry|roast|grill|boil) {ingredient}?
    how do I make {dish} (with|without|using) {ingredient}
    how do you bake {dish} from scratch?
    how do they make {dish}
    how is {dish} (made|cooked|prepared)?
    how long does {dish} take to (make|cook)?
    how to (make|prepare|bake|fix) {dish} [with {ingredient}]
    how to cook {ingredient} and {ingredient} together
    how to use {ingredient}
    how about a recipe for {dish}
    how about something {diet} for dinner
    what (can|could|should) (I|we) (make|cook|bake|do|prepare) with {ingredient}?
    what can I (make|cook) in {duration} [with {ingredient}]?
    what can I (make|cook) that is {diet}?
    what {diet} (dishes|meals|dinner|food) can I make [with {ingredient}]?
    what's a good [{diet}] recipe for {dish}?
    what's a good way to (cook|use up|use) {ingredient}?
    what's a {diet} (dinner|meal|lunch|dessert) with {ingredient}
    what's for dinner with {ingredient} and {ingredient}?
    what's the (best|easiest|quickest) way to (make|cook) {dish}?
    what's in {dish}?
    what do I need (for|to make) {dish}?
    what do you put in {dish}
    what ingredients (are in|do I need for|go in) {dish}?
    what recipes (use|have|call for) {ingredient} [and {ingredient}]?
    what goes [well] with {ingredient}
    what are the steps for {dish}?
    which recipes (use|go with) {ingredient}?
    which {dish} recipe takes {duration}
    tell me how to (make|cook|prepare) [{diet}] {dish}
    tell me a recipe (for|with) {ingredient}
    tell me what to do with {ingredient}
    tell me what goes in {dish}
    give me (some|a few) ideas for {ingredient}
    give me a recipe (with|using|that has) {ingredient} and {ingredient}
    give me something {diet} (to cook|to make|for dinner)
    give me the (recipe|ingredients|steps|directions|instructions) for {dish}
    give me a {duration} recipe
    get me a {diet} {dish} recipe (that takes|under) {duration}
    get me cooking ideas with {ingredient}
    (suggest|recommend|propose) a [{diet}] recipe (for|with) {ingredient}
    (suggest|recommend) something {diet} [with {ingredient}]
    suggest {dish} with {ingredient}
    recommend a {dish} recipe
    teach me (how to|to) (make|cook|bake) {dish}
    help me (make|cook|bake|prepare) {dish} [without {ingredient}]
    help me find a recipe with {ingredient}
    help me use up {ingredient}
    guide me through making {dish}
    walk me through cooking {dish}
    explain how to make {dish}
    read me the recipe for {dish}
    open the recipe for {dish}
    pick a {diet} recipe for me
    let's (make|cook|bake) {dish}
    let's cook something with {ingredient}
    let's find a {diet} {dish} recipe
    I (want|would like|need|'d like) to (make|bake|prepare|fix) {dish} [with {ingredient}]
    I (want|would like|'d like) to cook something (with {ingredient}|{diet})
    I (want|would like|'d like|need) a recipe (for|with) {ingredient}
    I (want|need) a {dish} recipe [without {ingredient}]
    I (want|need) (some|a) {diet} (recipes|recipe|dinner idea|meal)
    I want to make {dish} but without {ingredient}
    I want to eat {diet} {dish}
    I want to learn how to (make|cook) {dish}
    I need something to do with {ingredient}
    I need instructions for {dish}
    I need to use [up] {ingredient} [and {ingredient}]
    I have {ingredient} and {ingredient}, what can I (make|cook)?
    I have {duration} to cook, find something {diet}
    I only have {duration}, find a {dish} recipe
    I've got {ingredient}, any recipes?
    I've got some {ingredient} left over, what now
    I bought {ingredient}, what should I cook
    I'd love to know how to cook {dish}
    I'm (craving|hungry for) {dish}, find a recipe
    I'm {diet}, what can I cook [with {ingredient}]?
    I'm cooking {diet} tonight, give me ideas
    I'm looking for a [{diet}] recipe (for|with) {dish}
    I'm looking for a way to cook {ingredient}
    I'm out of {ingredient}, how do I make {dish}?
    I'm making {dish}, what do I need?
    my guests are {diet}, what can I make
    my guests don't eat {ingredient}, find {dish}
    we want to bake {dish} [together]
    we have leftover {ingredient}, any recipe
    we feel like {diet} {dish} tonight, recipe please
    {dish} recipe [please]
    {dish} recipe (with|without|using) {ingredient}
    {dish} (with|without) {ingredient}
    {dish} in {duration}
    {dish}, {diet}, {duration}
    {dish} for beginners
    {dish}, how do I make (it|that|them)?
    {diet} {dish} [recipe]
    {diet} recipes [please]
    {diet} recipe (with|for) {ingredient}
    {diet} meals in {duration}
    {diet} dinner with {ingredient}
    {ingredient} recipes [please]
    {ingredient} and {ingredient}, what can I cook
    {ingredient} recipe that's {diet}
    {ingredient} ideas
    recipes (for|with) {ingredient} [and {ingredient}]
    recipes that take {duration}
    recipe with {ingredient}, under {duration}
    recipe for {diet} {dish} [please]
    recipe please: {dish}
    something {diet} (with|that uses) {ingredient}
    something with {ingredient} and {ingredient}
    something to cook in {duration}
    a [quick|simple] recipe (with|for) {ingredient}
    a dish with {ingredient} and {ingredient}
    an easy {dish} recipe please
    easy {dish}
    easy ways to cook {ingredient}
    dinner with {ingredient} in {duration}
    dinner ideas with {ingredient}
    cook {dish} [with me]
    cooking instructions for {dish}
    ingredients for {dish}
    directions for making {dish}
    ways to (prepare|cook|use) {ingredient}
    where can I find a {dish} recipe
    who has a good recipe for {dish}
    make {dish} from {ingredient}
    step by step {dish}
    in {duration} I want to have {dish}, find a recipe
    with {ingredient} in it, find me {dish}
  `),
  "music/play": lines(`
    please play {song} [by {artist}]
    (could|would|will) you [please] play {song} [by {artist}]?
    could you put on [some] {genre}?
    could you play me something by {artist}
    could I hear {song}?
    could we have some {genre} in the {room}?
    can you put on {artist} [in the {room}]?
    can you play the {playlist} playlist [on {service}]?
    can you play {album} [by {artist}] [on {service}]?
    can you play me a song by {artist}?
    can you play {artist} on {service}?
    can you start my {playlist} playlist?
    can you shuffle my {playlist} playlist
    can you find {song} and play it
    can you queue {song} by {artist}?
    can you turn on some {genre} [music]?
    can I (hear|listen to) {song} [by {artist}]?
    can I hear some {genre}
    can we (hear|listen to) {album}?
    can we have some music [in the {room}]?
    would you mind playing {artist}?
    do you have {song} by {artist}? play it
    do you have any {genre}
    do you know {song}? play it
    have you got the album {album}?
    is {album} on {service}? play it
    play {artist}
    play {artist} (on|using|from|with|through) {service}
    play {artist} in the {room} [please]
    play {song} (on|using|from|with|via) {service}
    play {song} in the {room}
    play {song} and then {song}
    play {song} (again|next|now|on repeat)
    play {song} off [the album] {album}
    play {genre} (on|from|through|using) {service}
    play {genre} in the {room}
    play {genre} songs [by {artist}]
    play {album} (by|from) {artist} [on {service}]
    play {album} in the {room} on {service}
    play {playlist}
    play {playlist} (on|from|with) {service}
    play {playlist} in the {room}
    play the {playlist} (list|mix|playlist) [in the {room}]
    play the {genre} playlist
    play the (song|track|tune|single) {song} [by {artist}]
    play the (record|album|LP) {album}
    play the (latest|newest|first|last) (album|song|single) by {artist}
    play the (latest|newest) {artist} album
    play the best of {artist}
    play my {playlist} [songs] [on {service}]
    play my music
    play my favorite songs
    play me {song} [by {artist}]
    play me (some|a little) {genre} [on {service}]
    play me a {genre} (song|track)
    play a (song|track|tune|record) by {artist}
    play a {genre} (song|station|playlist|mix) [on {service}]
    play a {genre} track by {artist}
    play a song
    play anything by {artist}
    play anything {genre}
    play any {genre} song
    play some {artist} [in the {room}]
    play some {artist} songs
    play some {genre} by {artist}
    play some tunes
    play something
    play something {genre} [in the {room}]
    play something from {album}
    play music by {artist} [on {service}]
    play music (in the {room}|on {service})
    play music from my {playlist} playlist
    play all songs by {artist}
    play all of {album}
    play songs from {album} by {artist}
    play tracks by {artist} on {service}
    play from {service}: {song}
    play on {service} {artist}
    play in the {room} {genre}
    (put|turn|switch) on [some] {genre} [in the {room}]
    (put|turn|throw|get) on {song} by {artist}
    put on my {playlist} playlist
    put on {album} by {artist}
    put on a {genre} station
    put on some music [please]
    put on something by {artist}
    put {artist} on [in the {room}]
    put {album} on [please]
    put {playlist} on {service}
    put some {genre} on
    put the song {song} on repeat
    turn on {service} [and play {artist}]
    turn on my {playlist} playlist [in the {room}]
    turn on the music
    turn on the radio, {genre}
    (start|begin|launch|open) {service} [and play {song}]
    (start|begin|resume) playing {artist}
    (start|begin|resume) [playing] my {playlist} playlist
    (start|begin|resume) {album}
    start some {genre} [on {service}]
    start {song} [by {artist}]
    start the music [in the {room}]
    start the playlist called {playlist}
    shuffle my {playlist} playlist [on {service}]
    shuffle {genre} on {service}
    shuffle songs by {artist}
    shuffle {album}
    (repeat|loop) {song} [by {artist}]
    repeat the album {album}
    (queue|queue up|line up|cue) {song} by {artist}
    queue up {album}
    add {song} to the queue
    add {artist} to what's playing next
    (stream|broadcast) {genre} [on {service}]
    stream {artist} (from|on) {service}
    stream {song} by {artist} to the {room}
    (blast|crank|crank up|pump|rock|spin|drop) {song} [by {artist}]
    (blast|spin) {album}
    spin some {genre} in the {room}
    pump up the {genre}
    (listen to|hear) {song} by {artist}
    listen to {album} [on {service}]
    listen to my {playlist} playlist
    let me (hear|listen to) {song} [by {artist}]
    let me hear {album}
    let me hear some {genre} [in the {room}]
    let's (hear|listen to|play|have|rock) [some] {genre}
    let's (hear|listen to) {artist} [on {service}]
    let's listen to {song} from {album}
    let's hear that {playlist} playlist
    let's dance to {song}
    let's put on {playlist}
    give me [some] {genre} [on {service}]
    give me {song} by {artist}
    give me a {genre} playlist
    give me {artist}
    get {song} playing in the {room}
    get me the album {album} on {service}
    get the {playlist} mix going
    get the party going with {genre}
    (find|search for|look up|pull up|look for) {song} by {artist} [on {service}]
    (find|search for|pull up) {artist} on {service}
    find and play {album}
    find some {genre} for the {room}
    go to {service} and play {album}
    use {service} to play {song}
    use {service} for {genre}
    open {service} and start {playlist}
    on {service}, play {song} by {artist}
    from {album}, play {song}
    in the {room} play {artist}
    in the {room}, put on {playlist}
    I (want|would like|need|'d like|'d love) to (hear|listen to) {artist}
    I (want|would like|need|'d like|'d love) to hear [some] {genre} [music]
    I (want|would like|'d like) to (hear|listen to) {album} [by {artist}]
    I (want|would like) to listen to my {playlist} playlist
    I (want|need|would like) {song} [on repeat]
    I want some {genre} in the {room}
    I want to play {song} on {service}
    I want music
    I wanna hear {song}
    I need [some] {genre} right now
    I feel like [listening to] {artist}
    I feel like hearing {song}
    I'd like some {artist}
    I'd like you to play {song} by {artist}
    I'd rather hear {genre}
    I love {song}, play it [again]
    I love {artist}, play something of theirs
    I miss {artist}, play {album}
    I'm (cooking|working|cleaning|studying|working out), play [my] {playlist}
    I'm having a party, put on {genre}
    I'm in the mood for [some] {genre} [on {service}]
    I'm in the mood for {song}
    I haven't heard {song} in ages
    we want to dance, play {genre}
    we want {artist} in the {room}
    we feel like {genre} tonight
    time for [some] {genre}
    time for my {playlist} playlist
    it's time to hear {artist}
    how about playing {song}
    how about my {playlist} playlist
    what about {artist} on {service}
    why not {song} by {artist}
    any {genre} on {service}?
    anything from {album} please
    got {song}?
    some {genre} please [in the {room}]
    some {artist} [please]
    something by {artist} [on {service}]
    something {genre} for the {room}
    more {genre}
    more songs by {artist}
    another song by {artist}
    next play {song}
    {song} [please]
    {song} by {artist} [on {service}]
    {song} from {album}
    {song} in the {room}
    {artist} [please]
    {artist} on {service} [please]
    {artist} in the {room}
    {artist}, {song}
    {album} by {artist}
    {album} on {service}
    {genre} [music] please
    {genre} on {service}
    {genre} in the {room}
    {playlist} playlist [please]
    {playlist} playlist on {service}
    {playlist} mix in the {room}
    music please
    music from {artist}
    music in the {room}: {genre}
    cheer me up with {song}
    wake up the {room} with {genre}
    surprise me with {genre}
    treat me to {album}
    hit me with {song}
    fill the {room} with {genre}
    sing along time, {song}
    make it {genre}
    switch to {genre}
    switch to my {playlist} playlist
    change to {artist}
    skip to {song}
    continue with {album}
  `),
};
