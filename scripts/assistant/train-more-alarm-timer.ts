import { lines } from "./phrase-list.js";

/** More of what people say to set an alarm or a timer; for train only. */
export const alarmTimerMore: Readonly<Record<string, readonly string[]>> = {
  "alarm/set": lines(`
    (please|kindly) wake me [up] at {time} sharp
    wake me {date} at {time} [on the dot]
    wake (us|me) up {date}, {time} please
    (would|could|will) you wake me [up] at {time} {date}?
    can I get a wake-up call at {time}[ on {date:day}]?
    I'd like a wake up alarm for {time} {date}
    I (wanna|want to|need to|gotta|have to) be (up|awake|out of bed) by {time} [{date}]
    I (must|should) be awake at {time} on {date:day}
    I've got to (rise|wake up|be on my feet) at {time} {recurrence}
    {date} I need to get up at {time}
    {date} I start (early|work) at {time}, so wake me
    on {date:day} wake me at {time}
    at {time} {date} sound the alarm
    {recurrence} at {time} I want to be woken
    {recurrence} wake me at {time}
    {time} alarm [please]
    {time} alarm {recurrence}
    {time} wake up {date}
    {time}, {date}, alarm
    alarm {date} {time}
    alarm, {recurrence}, {time}
    alarm on for {time}
    alarm clock at {time} [{date}]
    (set|program|adjust) the alarm clock (to|for) {time}
    (set|turn on|switch on|activate|enable) (my|the|an) alarm for {date:day}
    (activate|enable|arm) the {time} alarm {recurrence}
    set an alarm clock {date}
    set an alarm [that goes off] {recurrence}
    set an early alarm {date}
    (set|create|make|add) (another|one more|a second) alarm [for {time}]
    (set up|put in|configure|program) an alarm for {time} {recurrence}
    set up a daily wake up at {time}
    set up my morning alarm [for {time}]
    set my (morning|wake-up|weekend) alarm to {time}
    set my alarms for {time} and {time}
    set two alarms {date}, {time} and {time}
    I need two alarms, one at {time} and one at {time}
    create a recurring alarm at {time} {recurrence}
    create a one time alarm at {time} on {date:day}
    make (an|the) alarm for {time} on {date:day}
    make me an alarm [for {time}]
    make it ring at {time} {date}
    make a noise at {time} so I wake up
    give me an alarm (at|for) {time} [{date}]
    give me a wake-up at {time} {recurrence}
    get an alarm going for {time}
    get me out of bed at {time} [{date}]
    get me out of bed {recurrence} at {time}
    don't let me sleep (past|beyond|later than) {time} [{date}]
    I (can't|cannot|mustn't|shouldn't) oversleep {date}, (set|I need) an alarm
    I can't sleep in on {date:day}, alarm at {time}
    make sure I don't sleep past {time}
    make sure I (wake up|get up|rise) at {time} on {date:day}
    make sure that the alarm rings at {time} {date}
    be sure to wake me at {time}
    see that I'm awake by {time} {date}
    I have an early (flight|start|meeting) {date}, wake me at {time}
    my (train|bus|shift|flight) leaves early {date}, alarm for {time}
    I'm (taking|having) a nap, wake me at {time}
    I'm going to (bed|sleep) now, wake me at {time}
    I go running {recurrence}, wake me at {time}
    let me sleep until {time} [{date}]
    let me sleep in until {time} {date}, then wake me
    let an alarm sound at {time} on {date:day}
    have an alarm (go off|sound|play|ringing) at {time} [{date}]
    have the alarm wake me {recurrence} at {time}
    I want (the|an) alarm to (sound|go off|start) at {time}
    I want my alarm (set|on) for {time} {recurrence}
    I'd (like|love|prefer) to be woken [up] at {time} [{date}]
    I wish to wake at {time} {recurrence}
    (can|could) you get me up {date} at {time}?
    (can|could|would) you (put|turn|switch) an alarm on for {time}?
    (can|could|will) you make an alarm [for me] {date} [at {time}]?
    could you please set the alarm {recurrence}?
    would you mind (setting|waking) me an alarm for {time}?
    do you mind waking me at {time}?
    is there an alarm you can set for {time} {date}?
    may I have an alarm for {time}?
    can we have an alarm at {time} {recurrence}?
    can my alarm be at {time} {date}?
    how about an alarm at {time} {date}
    what about waking me at {time}
    I think I'll need an alarm {date}
    I need waking [up] at {time}
    I need to be woken {recurrence} at {time}
    need an alarm {time} {date}
    need to wake up {date} at {time}
    gotta get up at {time}
    ring (me|my phone) at {time} to wake me
    ring a bell at {time} {date}
    (beep|buzz|ring|chime) at {time} [to wake me] {recurrence}
    sound an alarm at {time} [{date}]
    play an alarm [sound] at {time} {recurrence}
    repeat (my|the|this) alarm {recurrence} at {time}
    schedule a wake-up for {time} {date}
    schedule (an|my) alarm {recurrence} at {time}
    schedule a weekly alarm on {date:day}
    add {time} to my alarms
    add an alarm [on] {date:day} at {time}
    book me a wake-up call {date} at {time}
    put my alarm at {time} {recurrence}
    put on an alarm for {date:day}
    put the alarm on, {time}
    new alarm please [for {time}]
    new recurring alarm: {time} {recurrence}
    a new alarm for {date:day}, {time}
    one alarm at {time} {recurrence} please
    start waking me at {time} {recurrence}
    start my day at {time} {date}
    (move|change|switch|push) (my|the) alarm to {time} [{date}]
    my wake-up time {date} is {time}
    my alarm needs to (be|ring|go off) at {time} {recurrence}
    the alarm should (ring|sound|wake me) {date} at {time}
    the alarm must be set for {time}
    there should be an alarm at {time} {recurrence}
    it's an early one {date}, alarm {time}
    I'd hate to miss {date:day}, wake me at {time}
    help me (wake|get) up at {time} {recurrence}
    remember to wake me at {time} {date}
    wake the (kids|family) [up] at {time} {date}
    wake me gently at {time}
    wake me in time for work {date}
    what time can you wake me {date}? make it {time}
    if I'm still asleep at {time}, wake me up
    alarm please
    alarms {recurrence} at {time}
    the usual alarm {date}
    same alarm {date} at {time}
  `),
  "timer/start": lines(`
    (please|kindly) (start|set|run) a timer (for|of) {duration}
    (could|would|will) you (start|set) a timer for {duration}?
    can you (put|set|turn) a timer on for {duration}
    can you (put|set) {duration} on the timer [please]
    can you count down [from] {duration}?
    can you (run|begin|launch) the {timer_name} timer
    can I (get|have) a timer for {duration}?
    can I have {duration} for the {timer_name}?
    could we have a {duration} countdown
    would you time the {timer_name} for {duration}
    would you mind timing {duration}?
    do a {duration} timer
    do a countdown (of|from) {duration}
    (set|put|turn on) the timer (to|at|for) {duration}
    set the (kitchen|oven|egg) timer (to|for) {duration}
    set the {timer_name} timer (to|for|at) {duration}
    set timer {duration}
    set (a|another|one more|a second) timer
    set another timer for {duration}
    set a second timer, {duration}, for {timer_name}
    set a timer named {timer_name} (to|for) {duration}
    set a timer with the name {timer_name}
    set a (quick|short|long) timer [of {duration}]
    set a countdown for {duration} [for the {timer_name}]
    set up a [new] timer (for|with) {duration}
    set up a {timer_name} countdown of {duration}
    set {duration} for {timer_name}
    set two timers, {duration} and {duration}
    start (counting|timing) [now]
    start counting [down] {duration}
    start timing {duration}
    start timing (my|the) {timer_name}
    start my {timer_name} timer [at {duration}]
    start the clock [for {duration}]
    start the clock for {timer_name}
    start the countdown [to {duration}]
    start a (stopwatch|countdown) (for|of) {duration}
    start a {duration} timer now
    start {timer_name} for {duration}
    start a timer [that lasts] {duration}
    start a timer for my {timer_name}, {duration}
    (launch|begin|kick off|open|activate) a timer for {duration}
    (launch|kick off|trigger|fire up) the {timer_name} timer
    begin the {timer_name} timer
    begin timing
    begin counting down {duration} for the {timer_name}
    (create|make|add) a {timer_name} timer [of|for] {duration}
    create a timer of {duration}
    (make|create|add) a new timer [for {duration}]
    make it a {duration} timer
    make me a timer for {timer_name}
    add {duration} [more] to the timer
    add another {duration} to the {timer_name} timer
    add a timer [for] {duration}, {timer_name}
    new timer [for] {duration}
    new {timer_name} timer
    new timer called {timer_name}, {duration}
    (alert|notify|warn|ping|buzz|call) me (in|after) {duration}
    (alert|notify|signal|warn) me when {duration} (is|are) (up|over|gone)
    let me know when {duration} (is|are|has|have) (up|over|passed|gone by|elapsed)
    let me know when the {timer_name} is (done|ready), {duration}
    let me know when it's been {duration}
    tell me (in|after) {duration}
    tell me when {duration} is up
    tell me when the {timer_name} has had {duration}
    tell me to check the {timer_name} (in|after) {duration}
    ring [the bell] (in|after) {duration}
    ring when {duration} are over
    (chime|buzz|beep|ring) [me] when the {timer_name} is done in {duration}
    go off (in|after) {duration}
    make a sound (in|after) {duration}
    sound the buzzer in {duration}
    give a signal after {duration}
    give me a (shout|beep|buzz) in {duration}
    give me a [countdown] timer of {duration}
    give me {duration} for {timer_name}
    give the {timer_name} {duration}
    give it {duration}
    I('d like| would like) a timer (for|of) {duration}
    I'd like {duration} on the clock for my {timer_name}
    I want (a timer|to set a timer) for {duration}
    I want to time {duration}
    I want the {timer_name} timer (on|running|started)
    I need {duration} for [the] {timer_name}
    I need [about] {duration} on a timer
    I need to time my {timer_name}
    I need to know when {duration} (is|are) over
    I have {duration} for {timer_name}, time it
    I only have {duration}, start counting
    I'm (doing|making|starting) {timer_name}, set {duration}
    I'm putting the {timer_name} on, {duration} please
    I've put the {timer_name} in, time {duration}
    I'm taking a {duration} break, let me know when it's over
    I'll be back in {duration}, set a timer
    my {timer_name} takes {duration}
    my {timer_name} needs a timer of {duration}
    the {timer_name} (takes|should take|has to go for) {duration}, set a timer
    the {timer_name} is in the oven for {duration}
    the {timer_name} has to (rest|cook|wait|stand) {duration}
    {timer_name} timer
    {timer_name} timer [for] {duration} [please]
    {timer_name}, {duration}
    {timer_name} for {duration}
    {timer_name} countdown, {duration}
    {duration} for [the|my] {timer_name}
    {duration} {timer_name} timer
    {duration} countdown [starting now]
    {duration} starting now
    {duration} on the timer [for the {timer_name}]
    {duration}, go
    timer [for] {duration}
    timer please
    timer on for {duration}
    timer named {timer_name}
    countdown [for] {timer_name}, {duration}
    kitchen timer {duration}
    egg timer for {duration}
    (time|clock) (my|the) {timer_name}
    time the {timer_name} for {duration}
    time {duration} [for me]
    keep time for {duration}
    (watch|keep an eye on) the clock for {duration}
    count {duration} for me
    count backwards from {duration}
    wait {duration} and (beep|tell me|ring)
    in {duration} (tell|remind|let) me that the {timer_name} is done
    in {duration} the {timer_name} is ready, beep then
    after {duration} make some noise
    get a timer going for {duration}
    get the {timer_name} timer going
    have the {timer_name} timer go off in {duration}
    let the timer run [for] {duration}
    let a {duration} timer tick
    put {timer_name} on a {duration} timer
    put a timer on [for the {timer_name}]
    put {duration} on the clock
    how about a {duration} timer for the {timer_name}
    what about a timer for {timer_name}
    is it possible to time {duration}?
    remind me when the {timer_name} timer (ends|finishes|runs out)
    turn on a {duration} timer
    restart the timer for {duration}
    run the {timer_name} for {duration} and tell me when it's finished
  `),
};
