import { lines } from "./phrase-list.js";

/** More of what people say to make a reminder or a calendar entry; for train only. */
export const reminderCalendarMore: Readonly<Record<string, readonly string[]>> = {
  "reminder/create": lines(`
    please remind me {date} to {todo}
    remind me that I (need|have|want|am supposed|ought) to {todo} [{date}]
    remind me {date} at {time} to {todo}
    remind me {date} that I must {todo}
    remind me (again|later|tonight) to {todo}
    remind me on {date:day} that it's time to {todo}
    remind me on {date:day} at {time} to {todo}
    remind me to {todo} {recurrence}
    remind me to {todo} in {duration}
    remind me to {todo} (before|by|around|no later than) {time}
    remind me to {todo} when I (get home|leave|wake up)
    remind me to {todo} first and then to {todo}
    remind me to {todo} and [to] {todo}
    remind me about something [{date}]
    remind me of something at {time}
    (could|would|will) you [please] remind me to {todo} [{date}]?
    (could|would) you remind me {recurrence} to {todo}
    can you remind me that I need to {todo} on {date:day}?
    can you (set|make|add|put in) a reminder [for me] to {todo}?
    can you make sure I {todo} {date}?
    can you make sure that I don't forget to {todo}
    can you help me remember to {todo}?
    can you tell me to {todo} at {time}?
    can I get a reminder to {todo} {date}?
    may I have a reminder at {time} {date}?
    do you mind reminding me to {todo}
    would you mind reminding me {date} to {todo}?
    I (want|would like|'d like) to be reminded to {todo} [{date}]
    I'd like a reminder [{recurrence}] to {todo}
    I want a reminder [set] for {date:day} to {todo}
    I need to be reminded {date} that I should {todo}
    I need reminding to {todo}
    I need to remember to {todo} [{date}]
    I need to {todo} (before|by) {time}, please remind me
    I need to {todo}, don't let me forget
    I (should|must|gotta|really need to) {todo} {date}, remind me
    I have to {todo} at {time}, can you remind me
    I've got to {todo} {date}, set a reminder
    I (can't|mustn't|don't want to) forget to {todo} [{date}]
    I might forget to {todo}, remind me at {time}
    I keep forgetting to {todo}
    I never remember to {todo}, so remind me {recurrence}
    I'm supposed to {todo} {date}, give me a heads up
    I'm bad at remembering to {todo}, ping me {recurrence}
    I promised to {todo} [{date}], remind me
    I plan to {todo} {date}, set a reminder at {time}
    don't forget to remind me to {todo}
    don't let me (leave without|go to bed before|skip) it, I must {todo}
    don't let {date:day} pass without me remembering to {todo}
    do not let me forget {date} to {todo}
    never let me forget to {todo} {recurrence}
    make sure I remember to {todo} [on {date:day}]
    make sure (I|to) {todo} {date}
    make sure I don't forget to {todo} at {time}
    make me remember to {todo} {recurrence}
    make me a reminder for {date:day}: {todo}
    make a reminder for {time}, {todo}
    be sure to remind me to {todo}
    see to it that I {todo} {date}
    set a reminder for {date:day} to {todo}
    set a reminder for {time} [{date}]
    set a reminder [on] {date:day} at {time} to {todo}
    set a reminder {date} saying {todo}
    set a reminder that says {todo}
    set a reminder for me to {todo} {recurrence}
    set a reminder called {todo} for {time}
    set a (daily|recurring|repeating|weekly) reminder to {todo} [at {time}]
    set a reminder in {duration}: {todo}
    set me (a|up a) reminder to {todo}
    set reminder {todo} {date} {time}
    set two reminders, {todo} and {todo}
    (create|add|make|schedule) a (daily|recurring) reminder {recurrence} to {todo}
    (create|add|schedule) a reminder for {date:day} at {time} to {todo}
    create a task to {todo} [{date}]
    create a to-do: {todo}
    (add|put) {todo} to my (reminders|to-do list|tasks) [for {date:day}]
    add a task for {date:day}: {todo}
    add to my reminders that I should {todo}
    put a reminder in for {date:day} to {todo}
    put in a reminder to {todo} at {time}
    put down that I need to {todo} {date}
    put up a reminder for {time}, {todo}
    (schedule|program) a reminder to {todo} {date}
    (new|another) reminder [please]
    new reminder: {todo} [{date}]
    new reminder at {time} {date} to {todo}
    new task: {todo}, {date}
    reminder: {todo} at {time}
    reminder to {todo} [{date}]
    reminder for {date:day}, {todo}
    reminder {date} {time} {todo}
    reminder {recurrence}: {todo}
    {date} at {time} remind me to {todo}
    {date} I (need|have|want) to {todo}, remind me please
    {date} tell me to {todo}
    {date}, {time}: {todo}, set a reminder
    {todo} {date}, remind me
    {todo} at {time}, don't let me forget
    {todo}, remind me of that {date}
    {todo} reminder {date}
    {recurrence} I have to {todo}, remind me at {time}
    {recurrence} tell me to {todo}
    {recurrence} at {time} I should {todo}
    in {duration} remind me to {todo}
    in {duration} tell me that I need to {todo}
    at {time} tell me to {todo}
    at {time} {date} I need a nudge to {todo}
    on {date:day} I must remember to {todo}
    on {date:day} remind me to {todo}
    on {date:day} at {time} make me {todo}
    before I forget, remind me to {todo}
    by {time} I should {todo}, remind me
    when it's {time} remind me to {todo}
    (tell|notify|alert|prompt|warn) me {date} to {todo}
    (tell|notify|alert|prompt) me at {time} (to|that I have to) {todo}
    (ping|buzz|nudge|poke|bug|nag) me {date} to {todo}
    (ping|bug|nag|pester) me {recurrence} until I {todo}
    (send|give|drop|shoot) me a reminder {date} to {todo}
    give me a (nudge|shout|heads up|poke) at {time} to {todo}
    give me a reminder in {duration}
    let me know at {time} that I should {todo}
    let me know when it is time to {todo}
    jog my memory {date} to {todo}
    keep reminding me to {todo} {recurrence}
    keep in mind that I have to {todo} {date}
    remember that I need to {todo} [on {date:day}]
    remember for me: {todo}
    take a note to {todo}
    take note, I have to {todo} {date}
    write down that I have to {todo} {date}
    note: {todo} {date}
    memo: {todo}
    it's important that I {todo} {date}, remind me
    how about a reminder to {todo} {date}
    what if I forget to {todo}? remind me at {time}
    help me remember {date}: {todo}
  `),
  "calendar/add": lines(`
    please (add|put|schedule|save) {event} [on] {date:day}
    add {event} to my (schedule|agenda|diary|planner|calendar) [for {date:day}]
    add {event} on {date:day} at {time}
    add {event} at {place} [{date}]
    add {event} with {contact} {date} at {time}
    add {event} from {time} to {time}
    add {event} {date} for {duration}
    add an (appointment|entry|event) for {event} {date}
    add an event {date} at {time} called {event}
    add a meeting with {contact} on {date:day}
    add my {event} to the family calendar
    add a recurring {event} {recurrence}
    add to calendar: {event}, {date}
    put {event} down for {date:day} [at {time}]
    put {event} in (my|the) (calendar|schedule|diary|planner) [{date}]
    put {event} into my calendar at {time} {date}
    put me down for {event} {date}
    put a {event} in at {time} [on {date:day}]
    put {contact} in my calendar for {event}
    put in {event} at {place} for {date:day}
    put {date:day} {time} {event} on my schedule
    (schedule|arrange|organize|plan|set up) [a|the] {event} [for] {date:day}
    (schedule|arrange|organize|plan) {event} with {contact} [{date}]
    (schedule|arrange|plan) {event} at {place} at {time}
    schedule {event} {recurrence} [at {time}]
    schedule {event} with {contact} at {time} on {date:day} at {place}
    schedule me for {event} {date}
    schedule a meeting with {contact} {date} [at {time}]
    schedule a {duration} {event} with {contact}
    schedule an (appointment|event) [{date}]
    schedule in {event} between {time} and {time}
    (could|would|will) you [please] (add|put) {event} (to|in|on) my calendar {date}?
    can you (create|make|add) an (event|entry|appointment) for {event} {date}?
    can you (set up|arrange|book|organize) {event} with {contact} {date}?
    can you pencil {event} in for {date:day}?
    can you block off {duration} {date} for {event}
    can you put me in for {event} at {time}?
    can you invite {contact} to {event} {date}?
    can we (schedule|do|have|plan) {event} {date} at {time}?
    can we have {event} at {place} on {date:day}
    would you schedule {event} at {place}
    would you mind adding {event} to my calendar
    do you mind putting {event} on {date:day}?
    create a [calendar] (event|entry) for {event} on {date:day}
    create {event} at {time} {date} at {place}
    create an appointment with {contact} [on {date:day}] [at {time}]
    create a new (event|appointment|entry) [on my calendar]
    create a repeating event {event} {recurrence}
    create a calendar invite for {event} with {contact}
    make an appointment for {event} {date}
    make an appointment with {contact} at {time}
    make (a note of|room for|time for) {event} {date} [in my calendar]
    make {event} {recurrence} at {time} an event
    make a calendar entry: {event} on {date:day}
    make {date:day} my {event} day
    (book|reserve) {event} with {contact} at {time} {date}
    (book|reserve) a slot for {event} on {date:day}
    book me in for {event} at {time}
    book {duration} with {contact} {date}
    book time {date} for {event}
    (reserve|keep|hold) {date:day} [free] for {event}
    hold {time} {date} for {event}
    (block|block out|block off) {date:day} for {event}
    block my calendar {date} from {time} to {time}
    block out time for {event} [{recurrence}]
    set {event} for {date:day} at {time}
    set a date for {event}, {date:day}
    set aside {duration} for {event} {date}
    set up a (meeting|call) with {contact} {date}
    set up a {event} {recurrence} at {place}
    set up an appointment at {place} on {date:day}
    (enter|log|record|register|insert|note down) {event} (in|on) my calendar [for {date:day}]
    (enter|log) {event} at {time} {date}
    write {event} in my (diary|planner|calendar) on {date:day}
    write down {event} at {place} {date}
    jot {event} into the calendar {date}
    mark {date:day} as {event}
    mark my calendar, {event} {date}
    mark down {event} with {contact} [{date}]
    mark {event} at {time} {recurrence}
    save {date:day} for {event} [with {contact}]
    save {event} at {place} to my calendar
    save an event for {date:day}
    send an invite to {contact} for {event} {date}
    send {contact} an invitation to {event} at {time} on {date:day}
    invite {contact} and {contact} to {event}
    invite {contact} for {event} at {place} {date}
    include {contact} in {event} {date}
    fit {event} in {date} [at {time}]
    fit {event} into my schedule
    squeeze {event} into {date:day}
    find (a slot|time) for {event} with {contact} [{date}]
    get {event} on the calendar {date}
    get {contact} on my calendar for {event}
    count me in for {event} on {date:day}
    sign me up for {event} {date} at {time}
    I have [a|an] {event} {date} [at {time}]
    I have {event} with {contact} on {date:day}
    I have {event} at {place} {date}, put it in my calendar
    I have a meeting with {contact} {date}, add it
    I (need|want) to (schedule|add|plan) {event} {date}
    I (need|want|would like) {event} on my calendar {date}
    I'd like to (add|schedule|set up|arrange) {event} with {contact} on {date:day}
    I'd like to have {event} at {place} at {time}
    I need an (event|appointment) {date} at {time}
    I'm (going to|attending|hosting|having) {event} {date}, add it please
    I'm seeing {contact} {date} at {time}
    I'm meeting {contact} at {place} {date}
    I'm busy with {event} from {time} to {time} {date}
    I've got {event} at {time}, put it on the schedule
    I've got {event} on {date:day}
    I go to {event} {recurrence}, add that
    I will be at {place} for {event} {date}
    I'll have {event} at {time}
    I signed up for {event} {date}, block it
    we have {event} at {time} {date} with {contact}
    we're having {event} at {place} on {date:day}, note it
    we are planning {event} {date} at {place}
    let's (have|do|schedule|plan) {event} {date} [at {time}]
    let's meet {contact} at {place} on {date:day} at {time}
    my {event} is (on {date:day}|at {time}), add it to the calendar
    my {event} with {contact} is {date}
    my calendar should have {event} {date}
    my calendar {date}: {event} at {time}
    the {event} (is|takes place|starts|will be) at {time} {date}, put it in
    the {event} is at {place}, add that for {date:day}
    there's [a|an] {event} {date} at {time}
    there will be {event} at {place} {date}
    {event} on {date:day} at {time}, add to calendar
    {event} {date} at {place}
    {event} with {contact} {date}
    {event} {recurrence} at {time}, put it on the calendar
    {event}, {date}, {time}, {place}
    {event} for {duration} {date}
    {date} at {time} I have {event}
    {date} {event} at {place}, schedule it
    {date}: {event} with {contact}
    {contact} invited me to {event} {date}
    {contact} and me, {event}, {date}, {time}
    {contact} wants to have {event} {date}, add it
    on {date:day} there's {event}, save it
    on {date:day} I am at {place} for {event}
    at {time} {date} I have {event}, schedule that
    from {time} to {time} I'm at {event} [{date}]
    appointment: {event}, {date} at {time}
    appointment with {contact} at {place} [on {date:day}]
    new (appointment|meeting|entry) {date} with {contact}
    new calendar event, {event} at {time}
    calendar: {event} on {date:day}
    don't schedule anything else {date}, I have {event}
    remember {event} on {date:day} in my calendar
    is there room for {event} {date}? add it
    how about {event} {date} at {time}, add it
  `),
};
