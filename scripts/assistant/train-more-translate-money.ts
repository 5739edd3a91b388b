import { lines } from "./phrase-list.js";

/** More of what people say to translate a phrase or to send money; for train only. */
export const translateMoneyMore: Readonly<Record<string, readonly string[]>> = {
  "translate/phrase": lines(`
    please translate {phrase} (to|into) {target_language:language}
    (translate|convert|render|transform) {phrase} (to|into|in) {target_language:language}
    translate {phrase} for me (to|into) {target_language:language}
    translate from {source_language:language} to {target_language:language}, {phrase}
    translate from {source_language:language} into {target_language:language}: {phrase}
    translate into {target_language:language}: {phrase}
    translate this (to|into|from {source_language:language} to) {target_language:language}: {phrase}
    translate the (phrase|sentence|words|expression) {phrase} into {target_language:language}
    translate the {source_language:language} phrase {phrase} [to {target_language:language}]
    translate {phrase}
    translate {phrase}, it's {source_language:language}
    translate {phrase} out of {source_language:language}
    translate between {source_language:language} and {target_language:language}: {phrase}
    (could|would|will) you [please] translate {phrase} into {target_language:language}?
    could you tell me how to say {phrase} in {target_language:language}?
    could you say {phrase} in {target_language:language}
    could you put {phrase} in {target_language:language} for me
    could you give me {phrase} in {target_language:language}?
    can you translate {phrase} from {source_language:language} (to|into) {target_language:language}?
    can you (say|write|pronounce|repeat) {phrase} in {target_language:language}?
    can you tell me (what|how) {phrase} is in {target_language:language}
    can you tell me the {target_language:language} (for|word for) {phrase}?
    can you help me say {phrase} in {target_language:language}
    can you teach me {phrase} in {target_language:language}?
    can you turn {phrase} into {target_language:language}
    can I hear {phrase} in {target_language:language}?
    can I say {phrase} in {target_language:language} like a local?
    can I get {phrase} in {target_language:language}
    would you mind translating {phrase} to {target_language:language}?
    do you know [how to say] {phrase} in {target_language:language}?
    do you know the {target_language:language} for {phrase}?
    do you speak {target_language:language}? say {phrase}
    do you have a {target_language:language} word for {phrase}
    is there a {target_language:language} (word|expression|phrase|term) for {phrase}?
    is there a way to say {phrase} in {target_language:language}?
    how (can|could|should|might) I say {phrase} in {target_language:language}?
    how do (people|they|locals) say {phrase} in {target_language:language}?
    how do you (write|spell|pronounce|express|phrase|put) {phrase} in {target_language:language}?
    how do you translate {phrase} [into {target_language:language}]?
    how do you say {phrase} when speaking {target_language:language}
    how do I (ask|tell someone|express|pronounce|write) {phrase} in {target_language:language}?
    how do I translate {phrase} to {target_language:language}
    how do I politely say {phrase} in {target_language:language}?
    how does one say {phrase} in {target_language:language}?
    how does {phrase} (sound|go|translate) in {target_language:language}?
    how is {phrase} (said|written|expressed|translated) in {target_language:language}?
    how would {phrase} (sound|be) in {target_language:language}?
    how would you (say|put|phrase|translate) {phrase} in {target_language:language}
    how to say {phrase} in {target_language:language}
    how to ask {phrase} in {target_language:language}
    what (is|'s) the {target_language:language} (translation|equivalent|version|term|expression) (of|for) {phrase}?
    what is {target_language:language} for {phrase}?
    what's {target_language:language} for {phrase}
    what's {phrase} in {target_language:language}?
    what's {phrase} called in {target_language:language}?
    what's the translation of {phrase} [in {target_language:language}]?
    what's the word for {phrase} in {target_language:language}?
    what's the [best] way to say {phrase} in {target_language:language}?
    what's the {source_language:language} phrase {phrase} in {target_language:language}?
    what's another way to say {phrase} in {target_language:language}
    what does the {source_language:language} phrase {phrase} mean [in {target_language:language}]?
    what do you call {phrase} in {target_language:language}?
    what do you say for {phrase} in {target_language:language}
    what do {target_language:language} people say for {phrase}?
    what would {phrase} be in {target_language:language}?
    what are the {target_language:language} words for {phrase}?
    which {target_language:language} word means {phrase}?
    tell me how to (say|ask|pronounce) {phrase} in {target_language:language}
    tell me {phrase} in {target_language:language}
    tell me the {target_language:language} (for|translation of|phrase for) {phrase}
    tell me what {phrase} is in {target_language:language}
    tell them {phrase} in {target_language:language}
    say {phrase} (to me|out loud|slowly) in {target_language:language}
    say this in {target_language:language}: {phrase}
    say the {target_language:language} for {phrase}
    say in {target_language:language} {phrase}
    speak {target_language:language}: {phrase}
    give me {phrase} in {target_language:language}
    give me the {target_language:language} (word|words|version|equivalent|phrase) for {phrase}
    give me a {target_language:language} translation for {phrase}
    give {phrase} in {target_language:language}
    show me how to say {phrase} in {target_language:language}
    show me the {target_language:language} for {phrase}
    find the {target_language:language} translation of {phrase}
    find out what {phrase} is in {target_language:language}
    look up {phrase} in {target_language:language}
    look up the {target_language:language} word for {phrase}
    get me the {target_language:language} translation for {phrase}
    get {phrase} translated to {target_language:language}
    make {phrase} {target_language:language}
    make that {target_language:language}: {phrase}
    change {phrase} (to|into) {target_language:language}
    change {phrase} from {source_language:language} to {target_language:language}
    switch {phrase} from {source_language:language} to {target_language:language}
    turn {phrase} into {target_language:language}
    convert {phrase} from {source_language:language} to {target_language:language}
    convert this phrase to {target_language:language}: {phrase}
    interpret {phrase} in {target_language:language}
    write {phrase} in {target_language:language}
    write down {phrase} in {target_language:language}
    spell {phrase} in {target_language:language}
    repeat after me in {target_language:language}: {phrase}
    read {phrase} to me in {target_language:language}
    express {phrase} in {target_language:language}
    teach me {phrase} in {target_language:language}
    teach me the {target_language:language} for {phrase}
    help me (say|ask|express|translate) {phrase} in {target_language:language}
    help me with my {target_language:language}, how do I say {phrase}
    I (need|want|would like|'d like) to (say|ask) {phrase} in {target_language:language}
    I (want|need|would like) to know how to say {phrase} in {target_language:language}
    I (want|need) to learn {phrase} in {target_language:language}
    I need the {target_language:language} (word|phrase|translation) for {phrase}
    I need {phrase} in {target_language:language} [please]
    I need to translate {phrase} [from {source_language:language}] to {target_language:language}
    I need a translation of {phrase} into {target_language:language}
    I want {phrase} in {target_language:language}
    I want to tell (her|him|the waiter|my host) {phrase} in {target_language:language}
    I want to translate {phrase} into {target_language:language}
    I'd like {phrase} translated (to|into) {target_language:language}
    I'd like the {target_language:language} for {phrase}
    I have to say {phrase} to a {target_language:language} speaker
    I'm learning {target_language:language}, what is {phrase}?
    I'm trying to say {phrase} in {target_language:language}
    I'm talking to a {target_language:language} speaker, how do I say {phrase}
    I'm traveling and need {phrase} in {target_language:language}
    I don't know how to say {phrase} in {target_language:language}
    I don't speak {target_language:language}, say {phrase}
    I forgot the {target_language:language} for {phrase}
    I only know {source_language:language}, what's {phrase} in {target_language:language}
    I wonder how {phrase} sounds in {target_language:language}
    my friend speaks {target_language:language}, how do I tell her {phrase}?
    my {target_language:language} is rusty, what's {phrase}?
    the {target_language:language} (word|translation|term|phrase) for {phrase} [please]
    the {target_language:language} version of {phrase}
    {target_language:language} translation of {phrase}
    {target_language:language} word for {phrase}
    {target_language:language}, {phrase}
    {target_language:language} please: {phrase}
    {phrase} (to|into) {target_language:language} please
    {phrase}, how do you say that in {target_language:language}?
    {phrase}, translate (it|that|this) to {target_language:language}
    {phrase}, from {source_language:language} to {target_language:language}
    {phrase}, what is that in {target_language:language}
    {phrase} is what I want to say in {target_language:language}
    {phrase} in {target_language:language} is what
    {phrase} from {source_language:language} into {target_language:language}
    from {source_language:language} to {target_language:language}, (translate|how do you say) {phrase}
    from {source_language:language}, translate {phrase}
    in {target_language:language}, what is {phrase}?
    in {target_language:language} please: {phrase}
    in {target_language:language}, {phrase}
    if I want to say {phrase} in {target_language:language}, what do I say?
    when in need of {target_language:language}, how do I ask {phrase}?
    someone said {phrase} in {source_language:language}, what does it mean?
    what did they mean by {phrase} in {source_language:language}
    let me hear {phrase} in {target_language:language}
    let's translate {phrase} to {target_language:language}
  `),
  "money/send": lines(`
    please (send|pay|transfer|wire) {amount} to {contact}
    (send|transfer|wire|pay|give|venmo) {contact} {amount} [right now|please]
    (send|transfer|wire|remit|move|forward) {amount} (over|across) to {contact}
    (send|transfer|wire) {amount} to {contact} (from|out of|using|with) my {account}
    (send|transfer|wire) {amount} to {contact} {date}
    (send|transfer) {amount} to {contact} on {date:day}
    (send|transfer) {amount} to {contact} {recurrence}
    (send|transfer) {amount} each to {contact} and {contact}
    send {contact} {amount} (from|out of|via) my {account}
    send {contact} {amount} {date}
    send {contact} {amount} {recurrence}
    send {contact} the {amount} I owe
    send money to {contact}
    send some (money|cash) to {contact} [from my {account}]
    send a payment (of {amount} to {contact}|to {contact})
    send off {amount} to {contact}
    transfer {amount} (to|into|onto) my {account}
    transfer {amount} out of my {account}
    transfer {amount} from the {account} (to|into) {account}
    transfer {amount} from my {account} to my {account} {date}
    transfer {amount} between my {account} and [my] {account}
    transfer {amount} to the {account} {recurrence}
    transfer money (to {contact}|to my {account})
    transfer from {account} to {contact}, {amount}
    transfer to {contact}: {amount}
    transfer {contact}'s share, {amount}
    transfer of {amount} to {contact} [please]
    wire {amount} to {contact}'s bank
    wire transfer {amount} to {contact} from {account}
    pay {amount} to {contact}
    pay {amount} (into|to) the {account}
    pay {amount} from my {account} to {contact}
    pay {amount} from the {account}
    pay {contact} [back] what I owe, {amount}
    pay {contact} {amount} {recurrence}
    pay {contact} {amount} (on|by) {date:day}
    pay {contact} {amount} for (dinner|the tickets|lunch|gas|rent)
    pay {contact} [the] {amount} {date}
    pay {contact} using my {account}
    pay back {contact} {amount}
    pay back the {amount} I borrowed from {contact}
    pay my debt of {amount} to {contact}
    pay out {amount} to {contact}
    (deposit|put|place) {amount} (in|into) my {account}
    (deposit|put) {amount} in {contact}'s account
    deposit {amount} into the {account} {recurrence}
    put {amount} (in|into) the {account} {date}
    put {amount} from my {account} into my {account}
    put {amount} aside in the {account}
    put {amount} toward the {account}
    set aside {amount} in my {account} {recurrence}
    save {amount} in the {account} {recurrence}
    add {amount} to my {account}
    add {amount} from {account} to {account}
    withdraw {amount} from my {account}
    move {amount} from my {account} to my {account}
    move {amount} out of the {account} {date}
    move {amount} over to {contact}
    move {amount} into savings from my {account}
    shift {amount} from {account} to {account}
    shift {amount} across to {contact}
    switch {amount} from the {account} to the {account}
    take {amount} from my {account} and (send|give|pay) it to {contact}
    take {amount} off my {account} for {contact}
    give {amount} to {contact}
    give {contact} {amount} from the {account}
    give {contact} back [the|his|her] {amount}
    give {contact} {amount} {recurrence} (as pocket money|as allowance)
    (could|would|will) you [please] (send|transfer|pay|wire) {contact} {amount}?
    could you send {amount} to {contact} {date}?
    could you (move|transfer) {amount} to my {account}
    can you (pay|send|wire|give) {contact} {amount} [for me]?
    can you send {amount} (to|over to) {contact}?
    can you transfer {amount} from my {account} to {contact}?
    can you move {amount} between my {account} and my {account}?
    can you put {amount} in my {account}?
    can you pay {amount} to {contact} {recurrence}
    can you schedule a payment of {amount} to {contact} {date}?
    can you make a (payment|transfer) of {amount}
    can you refund {contact} {amount}?
    can I (send|transfer|pay) {amount} to {contact}?
    can I pay {contact} from my {account}?
    can I transfer money to {contact} {date}
    would you mind sending {amount} to {contact}
    would you pay {contact} for me, {amount}
    I (need|want|have|would like|'d like) to (send|pay|transfer|wire) {contact} {amount}
    I (need|want|have|would like) to (transfer|wire|move) {amount} (to|into) my {account}
    I (need|want) to (send|transfer) money [to {contact}]
    I (need|want) to make a (payment|transfer) (to {contact}|of {amount})
    I need to pay {contact} back {date}
    I need to pay {amount} to {contact} by {date:day}
    I need {amount} moved (to|from) my {account}
    I need {amount} to go to {contact}
    I want {amount} sent to {contact} [{date}]
    I want {contact} to (get|have|receive) {amount}
    I want to give {contact} {amount}
    I want to pay {amount} {recurrence} to {contact}
    I'd like to transfer {amount} from {account} to {account}
    I'd like to pay {contact} {amount} from my {account}
    I'd like {amount} taken from the {account}
    I still owe {contact} {amount}
    I owe {contact} {amount} for (lunch|the trip|groceries), send it
    I borrowed {amount} from {contact}, pay it back
    I have to give {contact} {amount} {date}
    I have to put {amount} in the {account}
    I promised {contact} {amount}, send it {date}
    I'm paying {contact} {amount}
    I'm sending {amount} to {contact} {date}
    I lost a bet, send {contact} {amount}
    make a (bank|money|wire) transfer to {contact} [of {amount}]
    make a transfer of {amount} from my {account} to {contact}
    make a payment to {contact}
    make a payment of {amount} from my {account}
    make a deposit of {amount} to my {account}
    make {contact} a payment of {amount} {date}
    (schedule|set up|arrange|plan) a payment (to|for) {contact} [of {amount}] {date}
    (schedule|set up) a (recurring|standing) payment of {amount} to {contact} {recurrence}
    set up a standing order of {amount} {recurrence} to {contact}
    set up a transfer from my {account} [to {contact}]
    schedule {amount} to go to {contact} on {date:day}
    (initiate|start|begin|process|execute|authorize) a transfer of {amount} to {contact}
    (process|approve|complete) the payment of {amount} to {contact}
    start a payment to {contact} from {account}
    (split|share) {amount} with {contact}
    (repay|refund|compensate|tip|lend|loan) {contact} {amount}
    (repay|refund) {amount} to {contact} from my {account}
    lend {amount} to {contact}
    donate {amount} to {contact} {recurrence}
    gift {contact} {amount}
    settle (up|my debt) with {contact}, {amount}
    settle the bill with {contact} from my {account}
    cover {contact}'s {amount}
    clear my {amount} debt with {contact}
    charge {amount} to my {account} and send it to {contact}
    charge my {account} {amount} for {contact}
    credit {contact} (with|for) {amount}
    debit my {account} {amount} {recurrence}
    use my {account} to (pay|send) {contact} {amount}
    use the {account} for {contact}'s {amount}
    with my {account} pay {contact} {amount}
    from my {account}, (send|pay|transfer) {amount} to {contact}
    from {account} to {account}, move {amount}
    out of my {account} give {contact} {amount}
    let {contact} have {amount}
    let me (send|pay) {contact} {amount}
    let's send {amount} to {contact} {date}
    get {contact} the money, {amount}
    get {amount} to {contact} {date}
    get {amount} from my {account} to {contact}
    have {amount} sent to {contact} {recurrence}
    have {amount} go from my {account} into my {account}
    see that {contact} gets {amount} {date}
    make sure {contact} (gets|receives|is paid) {amount}
    top {contact} up with {amount}
    fill up my {account} with {amount}
    load {amount} onto the {account}
    {amount} to {contact} [please]
    {amount} to {contact} from my {account}
    {amount} for {contact}
    {amount} from {account} to {account}
    {amount} should go (to|into) my {account} {date}
    {amount} {recurrence} to {contact}
    {contact} (gets|should get|needs|is owed) {amount} [from me]
    {contact} lent me {amount}, send it back
    {contact} paid for (dinner|the taxi), send {amount}
    {contact}, {amount}, from my {account}
    {date} (send|pay|transfer) {amount} to {contact}
    {recurrence} (pay|send) {contact} {amount}
    on {date:day} pay {contact} {amount}
    my {account} is low, put {amount} in it
    my share is {amount}, send it to {contact}
    payment to {contact}, {amount}
    money transfer to {contact}
    new payment: {contact}, {amount}
    how do I send {amount} to {contact}?
    is it possible to send {contact} {amount} {date}
  `),
};
