import { lines } from "./phrase-list.js";

/** More of what people say about lights and heating; for train only. */
export const lightClimateMore: Readonly<Record<string, readonly string[]>> = {
  "light/control": lines(`
    please (turn|switch) (on|off) the {device}
    (turn|switch) the {device} in the {room} (on|off)
    (turn|switch|flip) (on|off) the {device} [please]
    (turn|switch) (on|off) the {room} (lights|lamps|lighting)
    (turn|switch) the (lights|lamps) (on|off) in the {room}
    (turn|switch) (on|off) everything in the {room}
    (turn|switch) (on|off) the {device} and the {device}
    (turn|switch) (on|off) the lights in the {room} and the {room}
    turn (up|down) the {device} [in the {room}]
    turn (up|down) the {room} lights
    turn up the {device} to {brightness}
    turn down the {device} to {brightness} [in the {room}]
    turn up the brightness in the {room} [to {brightness}]
    turn down the brightness of the {device}
    turn the {device} (up|down) [to {brightness}]
    turn the {device} in the {room} {color}
    turn the {room} {color}
    turn the {room} {device} (on|off)
    turn the {room} {device} to {color}
    turn the lights {color} in the {room}
    turn the lights (up|down) [in the {room}]
    turn all the lights in the {room} {color}
    turn everything off
    turn off every light in the {room}
    turn it {color} in the {room}
    turn that {device} off
    switch the {device} to {color} [in the {room}]
    switch the {room} to {color} at {brightness}
    switch the light color to {color}
    switch to {color} (light|lighting) in the {room}
    (could|would|will) you [please] (turn|switch) (on|off) the {device} in the {room}?
    could you (dim|brighten|lower) the {device} [to {brightness}]?
    could you make the {room} {color}?
    could you light up the {room}
    could you get the lights in the {room}?
    can you (turn|switch) the {room} lights (on|off)?
    can you dim the lights [in the {room}] [to {brightness}]?
    can you set the {device} to {brightness}?
    can you set the {room} to {color} please
    can you change the color of the {device} to {color}?
    can you make it (brighter|darker) in the {room}?
    can you make the {device} {color}
    can you put the {device} on in the {room}?
    can you shut the {device} off
    can you lower the {room} lights?
    can I have {color} light in the {room}?
    can I get some light in the {room}
    can we have the {device} {color}?
    can we have it a bit (darker|brighter) in the {room}
    would you mind turning the {device} off?
    would you bring the {device} down to {brightness}
    is the {device} (on|off)? turn it off
    are the {room} lights off? switch them on
    did I leave the {device} on? turn it off
    (dim|lower|reduce|soften|fade|decrease) the {room} lights [to {brightness}]
    (dim|lower|reduce|decrease) the {device} in the {room} to {brightness}
    (dim|lower) the lights
    (dim|darken) the {room}
    dim everything in the {room} to {brightness}
    dim to {brightness} in the {room}
    dim down the {device}
    (brighten|raise|increase|boost|intensify) the {device} [to {brightness}]
    (brighten|raise|increase) the lights in the {room} to {brightness}
    brighten up the {room}
    brighten the {room} {device}
    lighten up the {room}
    bring the {device} (up|down) to {brightness}
    bring up the {room} lights
    raise the {device} to {brightness}
    (illuminate|light) the {room} [with the {device}]
    illuminate the {room} in {color}
    light up the {room} [in {color}]
    light the {device}
    (lights|light) (on|off) [please]
    lights out [in the {room}]
    lights to {brightness} in the {room}
    lights {color} in the {room}
    lights in the {room} to {color}
    lights at {brightness}
    {room} lights (on|off) [please]
    {room} lights to {brightness}
    {room} lights {color}
    {room} {device} (on|off)
    {room} {device}, {brightness}
    {room}, {color}, {brightness}
    {room}: lights {color}
    {device} (on|off) [in the {room}]
    {device} to {color}
    {device} at {brightness} [please]
    {device}, {room}, (on|off)
    {device} brightness {brightness}
    {color} (light|lights|lighting) in the {room} [please]
    {color} on the {device}
    {color} for the {room} {device}
    {color}, {brightness}, {device}
    {brightness} on the {device} in the {room}
    {brightness} brightness in the {room}
    (set|put|adjust|change) the {room} lights (to|at) {brightness}
    (set|adjust|change) the brightness (of the {device}|in the {room}) to {brightness}
    (set|adjust) the {device} in the {room} to {brightness}
    (set|change) the (color|colour) (of the {device}|in the {room}) to {color}
    (set|change) the {room} {device} to {color}
    (set|change) the lights to {color} [in the {room}]
    set the {device} {color}
    set the {device} to {color} and {brightness}
    set the {room} to {brightness}
    set the mood in the {room} with {color}
    set lights {color}
    set brightness {brightness}
    set all lights to {color}
    set it to {color} in the {room}
    adjust the {device} to {color}
    change the {room} to {color}
    change to {color} light
    change the {room} lighting to {brightness}
    make the {device} {color} [in the {room}]
    make the {device} (brighter|dimmer|darker|glow)
    make the {device} {brightness}
    make the {room} (bright|brighter|darker|dark|cozy)
    make the lights {color}
    make the lighting in the {room} {color}
    make it {color} in the {room}
    make it (lighter|brighter|darker) in the {room}, {brightness}
    give the {room} {color} lights
    give the {room} a {color} glow
    give me light in the {room}
    give me {brightness} in the {room}
    give me more light from the {device}
    give me the {device} at {brightness}
    let the {device} (be|shine|glow) {color}
    let there be light in the {room}
    let me have {color} in the {room}
    let's have the {device} at {brightness}
    let's have some {color} light
    put the {room} lights (on|off)
    put (on|off|out) the {device} [in the {room}]
    put the lights {color}
    put the {device} on {color}
    put {color} light in the {room}
    (shut|shut off|shut down|cut|kill|extinguish|deactivate|disable) the {device} [in the {room}]
    (shut off|cut|kill) all lights [in the {room}]
    (activate|enable|power on|fire up|start) the {device} [in the {room}]
    (power down|power off|disconnect) the {device}
    activate {color} light in the {room}
    flip the {device} (on|off) in the {room}
    flip on the {room} lights
    get the {device} in the {room}
    get the lights [in the {room}] (on|off)
    get the {device} to {brightness}
    have the {device} at {brightness} in the {room}
    have the {room} lights {color}
    keep the {device} on [in the {room}]
    keep the {room} lights at {brightness}
    leave the {device} (on|off)
    leave the {room} lights at {brightness}
    use {color} [light] in the {room}
    use the {device} in the {room}
    use only the {device} at {brightness}
    color the {room} {color}
    color the {device} {color}
    bathe the {room} in {color}
    tint the {device} {color}
    fill the {room} with {color} light
    go {color} in the {room}
    go to {brightness} on the {device}
    I (want|need|would like|'d like) the {device} (on|off) [in the {room}]
    I (want|need|would like) the {room} lights (at {brightness}|{color})
    I (want|need|would like) (more|less) light in the {room}
    I want the {device} to be {color}
    I want the {device} at {brightness}
    I want it (darker|brighter) in the {room}
    I want to turn the {device} (on|off)
    I'd like {color} lights
    I'd like it {color} in the {room}
    I'd prefer {color} on the {device}
    I'd like the {device} a bit (brighter|dimmer)
    I need light in the {room}
    I need the {device} {color}
    I can't see (anything|a thing) in the {room}, lights on
    I can't sleep, turn off the {device}
    I forgot to turn off the {device} [in the {room}]
    I left the {device} on in the {room}, turn it off
    I'm (leaving|going to bed), lights off
    I'm in the {room}, turn on the lights
    I'm reading in the {room}, {brightness} please
    we're watching a movie in the {room}, dim the {device}
    we don't need the {device} in the {room}
    we need {brightness} in the {room}
    no more light in the {room}
    no light from the {device} please
    less light in the {room}
    (it's|it is) (too|so|very) (dark|bright|dim) in the {room}
    it's getting dark in the {room}, turn the {device} on
    it's too bright in the {room}, {brightness} please
    the {device} is (too bright|blinding me|too dim), set {brightness}
    the {device} in the {room} should be {color}
    the {device} should go (on|off)
    the {room} should be {color}
    the {room} is too (dark|bright)
    the {room} needs (more|less|some) light
    the {room} needs {color} light at {brightness}
    the {room} lights need to be {brightness}
    the lights in the {room} should be {color}
    everyone left the {room}, switch the {device} off
    how about {color} in the {room}
    how about some {color} light from the {device}
    what about {color} for the {device}?
    why is the {device} on? switch it off
    is it possible to have {color} on the {device}
    try {color} on the {device} in the {room}
    start the {room} lights at {brightness}
    sleep time, {device} off
    all lights {color}
    all lights in the {room} (on|off)
    all (on|off) in the {room}
    full light in the {room} please
    party lights in the {room}, {color}
  `),
  "climate/set": lines(`
    please set the (thermostat|temperature|heating|AC) to {temperature}
    (set|put|adjust|change|switch) the (thermostat|heating|heat|AC|air conditioning|air conditioner|heater|radiator|boiler) to {temperature}
    (set|put|adjust) the {room} (thermostat|heating|heat|AC|heater|radiator) (to|at|on) {temperature}
    (set|adjust|change) the temperature in the {room} to {temperature}
    (set|adjust|change) the {room} to {temperature} {date}
    set the (temp|temperature) (to|at) {temperature} {recurrence}
    set the temperature for {date} to {temperature}
    set the heating for {time} at {temperature}
    set the heat in the {room} to {temperature} for {duration}
    set the {room} at {temperature} from {time}
    set the {room} to {temperature} {recurrence} at {time}
    set the climate in the {room} to {temperature}
    set the climate control to {temperature}
    set {temperature} in the {room}
    set {temperature} for {date}
    set {room} {temperature}
    set it to {temperature} in the {room} [at {time}]
    set up heating {recurrence} at {time}
    (turn|switch) (on|off) the (heating|heat|AC|air conditioning|heater|radiator|fan) [in the {room}]
    (turn|switch) (on|off) the (heating|heater|AC) at {time} [{date}]
    turn on the (heating|heater) {recurrence} at {time}
    turn on the AC for {duration} [in the {room}]
    turn the heating (on|off) in the {room} {date}
    turn the heat (up|down) in the {room} [to {temperature}]
    turn the thermostat (up|down) to {temperature} [at {time}]
    turn the {room} (up|down) to {temperature}
    turn (up|down) the (heat|heating|thermostat|AC|temperature) [to {temperature}]
    turn down the heating {date}
    turn down the {room} to {temperature} {recurrence}
    turn the air conditioning to {temperature} for {duration}
    turn the radiator in the {room} (up|down|off)
    switch the heating off at {time}
    switch the {room} heater to {temperature}
    switch the AC on {date}
    (could|would|will) you [please] set the {room} to {temperature}?
    could you (turn|put) the heating (on|up) [in the {room}]?
    could you lower the temperature [to {temperature}]?
    could you warm the {room} [to {temperature}]?
    could you cool the {room} to {temperature} by {time}
    could you make it {temperature} {date}?
    could we have {temperature} in the {room}?
    can you (turn|crank|bring) the heat (up|down) [to {temperature}]?
    can you make the {room} (warmer|cooler|colder) [please]?
    can you make it (warmer|cooler|hotter|less hot) [in the {room}]?
    can you (raise|lower|increase|reduce) the temperature [in the {room}] to {temperature}?
    can you get the {room} to {temperature} by {time}?
    can you heat up the {room}
    can you keep it at {temperature} [{date}]?
    can you adjust the thermostat?
    can you change the {room} temperature to {temperature} at {time}
    can you put the AC on in the {room}?
    can you turn the heating down to {temperature} {recurrence}
    can I get {temperature} in the {room}
    can we have it at {temperature} in the {room}
    can we cool down the {room} a bit
    would you mind turning the AC (on|off|down)?
    would you adjust the {room} to {temperature}
    do you mind setting the heat to {temperature}
    is it possible to have the {room} at {temperature}?
    (raise|increase|boost|push up|bump up|crank up|nudge up) the (temperature|heat|heating|thermostat) [to {temperature}]
    (raise|increase) the temperature in the {room} [to {temperature}]
    (raise|increase|lower|reduce|drop) the temperature by {temperature}
    raise the heat to {temperature} {date}
    raise the thermostat to {temperature} at {time}
    (lower|decrease|reduce|bring down|drop|cut) the (temperature|heat|heating|thermostat) [to {temperature}]
    (lower|reduce|decrease) the {room} temperature to {temperature}
    lower the heating {recurrence} at {time}
    lower it to {temperature} in the {room}
    lower the AC for {duration}
    bring the {room} (up|down) to {temperature}
    bring the temperature to {temperature} by {time}
    take the {room} (up|down) to {temperature}
    take the temperature down to {temperature}
    (warm|heat|cool) the {room} [for {duration}]
    (warm|heat|cool) the {room} (up|down) [to {temperature}] by {time}
    (warm|heat|cool) the house to {temperature} [before {time}]
    heat the {room} {recurrence}
    heat up the {room} {date}
    heat the place to {temperature}
    heat {room} at {time}
    warm the {room} to {temperature} {date}
    warm it up in the {room}
    cool it down to {temperature} [in the {room}]
    cool down the {room} to {temperature} {recurrence}
    chill the {room} to {temperature}
    preheat the {room} to {temperature} [by {time}]
    make the {room} {temperature} [at {time}]
    make the {room} (warm|cool|warmer|cooler) by {time}
    make the {room} (hotter|colder), {temperature}
    make the heating go (on|off) at {time}
    make it (warmer|cooler|colder|hotter) in the {room}
    make it {temperature} [at {time}] [{date}]
    make it a comfortable {temperature} in the {room}
    make sure the {room} is {temperature} (at|by) {time}
    make sure the {room} stays at {temperature}
    make sure the heating is (on|off) {date}
    keep the (heat|heating|thermostat|temperature) at {temperature} [{recurrence}]
    keep it {temperature} in the {room} [{recurrence}]
    keep the house at {temperature} {date}
    keep the {room} (warm|cool) for {duration}
    keep {room} at {temperature} until {time}
    maintain {temperature} in the {room} [for {duration}]
    maintain the temperature at {temperature}
    hold {temperature} [until {time}]
    hold the thermostat at {temperature} for {duration}
    leave the heat at {temperature} {date}
    leave the {room} at {temperature}
    leave the AC on until {time}
    let the {room} be {temperature} {date}
    let it be {temperature} in the {room} at {time}
    let the heater run for {duration} [in the {room}]
    let's have {temperature} in the {room}
    let's turn the heating on
    have the {room} at {temperature} (by|when it's) {time}
    have the thermostat at {temperature} {date}
    have it {temperature} in the {room} {recurrence}
    have the AC run {recurrence} at {time}
    get the {room} (to|up to|down to) {temperature}
    get the heating going [at {time}]
    get the house to {temperature} by {time} {date}
    get it to {temperature} in here
    give me {temperature} in the {room}
    give the {room} {temperature} for {duration}
    start the (heating|heater|AC) [in the {room}] [at {time}]
    start heating the {room} at {time}
    stop the (heating|AC|heater) [in the {room}]
    stop heating the {room}
    run the (heater|AC|fan) at {temperature} [for {duration}]
    run the air conditioning in the {room}
    (activate|enable|disable|shut off) the (heating|AC|heater) [in the {room}]
    shut off the heat at {time}
    schedule the heating for {time} at {temperature}
    schedule {temperature} in the {room} {recurrence}
    program the thermostat (to|for) {temperature} {recurrence}
    program the {room} for {temperature} at {time}
    change the thermostat in the {room} to {temperature}
    change the heating to {temperature} {recurrence}
    adjust the heating {date} to {temperature}
    adjust the AC
    go (up|down) to {temperature} in the {room}
    target {temperature} in the {room}
    I (want|need|would like|'d like) it [to be] {temperature} in the {room}
    I (want|need|would like|'d like) the (heat|heating|AC|thermostat) (at|on) {temperature}
    I (want|need|would like) the {room} to be {temperature} {date}
    I (want|need|would like) the {room} (warmer|cooler|at {temperature} by {time})
    I want {temperature} in the {room} {recurrence}
    I want the heating (on|off) at {time}
    I want the temperature to be {temperature} for {duration}
    I'd like to change the temperature in the {room}
    I'd like to have {temperature} at {time}
    I'd prefer {temperature} in the {room}
    I'd feel better at {temperature}
    I like it at {temperature} in the {room}
    I'm (cold|freezing|chilly|shivering), make it {temperature}
    I'm (hot|sweating|boiling|melting), turn on the AC
    I'm (cold|hot) in the {room}
    I'm too hot, put the AC at {temperature}
    I'm coming home at {time}, heat the {room} to {temperature}
    I'm going to bed, set the heat to {temperature}
    we're away {date}, lower the heat to {temperature}
    we want the {room} at {temperature} at {time}
    we need {temperature} in the {room} {date}
    guests come {date}, warm the {room} to {temperature}
    it's (cold|freezing|chilly|hot|boiling|stuffy) in the {room}
    it's (cold|freezing|chilly|hot|warm) in the {room}, set it to {temperature}
    it's too (cold|hot) in here, turn the heat (up|down)
    it should be {temperature} in the {room} [{recurrence}]
    it should be {temperature} at {time}
    the {room} is (too cold|too hot|freezing|an oven|like a fridge)
    the {room} is too cold, (make it|go to|set) {temperature}
    the {room} should be (warm|cool|{temperature}) by {time}
    the {room} should stay at {temperature}
    the {room} needs to be {temperature} [{date}]
    the {room} needs heating
    the heating should be at {temperature} {recurrence}
    the heating should come on at {time}
    the thermostat should say {temperature}
    the temperature in the {room} should be {temperature} [at {time}]
    the AC should cool the {room} to {temperature}
    {temperature} in the {room} [please]
    {temperature} in the {room} by {time}
    {temperature} {recurrence} [at {time}]
    {temperature} for {duration} in the {room}
    {temperature} at {time} {date}
    {temperature} on the thermostat
    {room} to {temperature}
    {room} temperature {temperature}
    {room} heating {temperature} {date}
    {room}: {temperature} at {time}
    {room} AC (on|off)
    {recurrence} at {time} set the heat to {temperature}
    {recurrence} heat the {room} to {temperature}
    {date} I want {temperature} in the {room}
    {date} set the thermostat to {temperature}
    at {time} (set|put|turn) the heating to {temperature}
    at {time} turn the AC off
    by {time} the {room} should be {temperature}
    from {time} on keep it at {temperature}
    for {duration} set the {room} to {temperature}
    in the {room}, (set|make it|I want) {temperature}
    heating (on|off) [please]
    heating to {temperature} [in the {room}]
    heating at {temperature} {date}
    heat to {temperature} at {time}
    heat (on|off|up|down) in the {room}
    heater to {temperature}
    AC (on|off) in the {room}
    AC on for {duration}
    air conditioning at {temperature} please
    thermostat to {temperature} [in the {room}]
    thermostat at {temperature} {recurrence}
    temperature {temperature} [in the {room}]
    more heat in the {room}
    a bit (warmer|cooler) in the {room} please
    how about {temperature} in the {room}
    what about {temperature} for the {room} {date}
    try {temperature} in the {room}
    stick to {temperature} {recurrence}
  `),
};
