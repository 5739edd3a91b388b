import { lines } from "./phrase-list.js";

/** More of what people say about shopping lists and exchange rates; for train only. */
export const shoppingCurrencyMore: Readonly<Record<string, readonly string[]>> = {
  "shopping/add": lines(`
    please (add|put) {item} (to|on) the {list_name}
    (add|put) {item} and {item} (to|on|in) (the|my|our) {list_name}
    (add|put) {quantity} {item} (to|on|in) my {list_name}
    (add|put) {item}, {item} and {item} on the {list_name}
    add {item} to (the|our) list
    add {item} to the {list_name} [please]
    add {quantity} {item} and {item} to the {list_name}
    add {quantity} {item}, {quantity} {item} and {item}
    add [some] more {item} [to the {list_name}]
    add {item} to what we need
    add to (the|my) {list_name}: {item}
    add to my {list_name} {quantity} {item}
    add to the list {item} and {item}
    add the following to the {list_name}: {item}, {item}
    add another {item} to the {list_name}
    put {item} [down] on the {list_name}
    put {quantity} {item} and {quantity} {item} on my {list_name}
    put down {item} for the {list_name}
    put {item} in the (cart|basket|trolley)
    put {quantity} {item} in my cart
    put {item} on there, and {item}
    put in {quantity} {item} [on the {list_name}]
    (could|would|will) you [please] add {item} to the {list_name}?
    could you put {quantity} {item} on my {list_name}?
    could you note {item} on the {list_name}
    could you get {item} and {item}
    can you (add|put|include) {quantity} {item} (to|on|in) the {list_name}?
    can you add {item} [for me]?
    can you put {item} on the list [for me]
    can you put {item} and {item} on our {list_name}?
    can you write {item} on the {list_name}?
    can you (order|buy|get) {quantity} {item}?
    can you remember {item} for the {list_name}?
    can you start a {list_name}?
    can you make a {list_name} with {item} and {item}
    can we add {item} to the {list_name}
    can we get {item} next time we shop?
    can I add {quantity} {item} to my {list_name}?
    would you mind putting {item} on the {list_name}
    do we have {item} on the {list_name}? add it
    is {item} on the {list_name}? if not add it
    did I put {item} on the {list_name}? add it
    (buy|get|order|purchase|grab|pick up|fetch) [some] {item} [please]
    (buy|get|order|grab|pick up) {item} and {item}
    (buy|get|order|purchase|grab) {quantity} {item} and {quantity} {item}
    (get|buy|grab) me {quantity} {item}
    get {item} on the {list_name}
    get {quantity} {item} (from|at) the (store|market|supermarket)
    get more {item}
    bring {quantity} {item} from the store
    stock up on {item} [and {item}]
    restock {item}
    reorder {quantity} {item}
    replace the {item}, put it on the {list_name}
    (write|note|jot|mark|take) down {item} [on the {list_name}]
    (write|note|jot|mark|take) down {quantity} {item} (on|for) the {list_name}
    write {quantity} {item} on (my|the) {list_name}
    write {item} and {item} on the list
    note {item} for the {list_name}
    note that we need {quantity} {item}
    jot {item} on the {list_name}
    list {item} [under {list_name}]
    (include|insert|enter|register|record|save|log) {item} (in|on) the {list_name}
    include {quantity} {item} in my {list_name}
    include {item} and {item} too
    (stick|throw|toss|drop|pop|slap|chuck|pencil) {quantity} {item} (on|onto|in) the {list_name}
    (throw|toss|drop) {item} in the cart
    append {item} to the {list_name}
    attach {quantity} {item} to my {list_name}
    fill the {list_name} with {item} and {item}
    update the {list_name} with {quantity} {item}
    extend my {list_name} by {item}
    expand the {list_name}, {item} too
    (create|make|open|begin|set up) a [new] {list_name}
    (create|make|start) a {list_name} with {item} [and {item}]
    make a new list called {list_name}
    new {list_name} [please]
    new entry on the {list_name}: {item}
    new on the {list_name}: {quantity} {item}
    make sure {item} (is|goes) on the {list_name}
    make sure we (buy|get) {quantity} {item}
    make a note to buy {item}
    make it {quantity} {item} on the {list_name}
    let's (add|get|buy) {item} [too]
    let's put {quantity} {item} on the {list_name}
    let the {list_name} have {item}
    let me add {item} to the {list_name}
    let me have {quantity} {item} on the list
    have {item} added to the {list_name}
    (I|we) need {item} [and {item}]
    (I|we) need {quantity} {item} and {quantity} {item}
    (I|we) need (more|some|new) {item}
    (I|we) need {item} (on|for) the {list_name}
    (I|we) need to (get|pick up|order|grab) {quantity} {item}
    (I|we) need to buy {item}, {item} and {item}
    (I|we) (want|would like|'d like) {quantity} {item}
    (I|we) want {item} on the {list_name}
    (I|we) (have|ought) to (buy|get) {item}
    (I|we) (should|must) (buy|get|order) {quantity} {item}
    (I'm|we're) (nearly|almost|all|completely) out of {item}
    (I'm|we're) out of {item} and {item}
    (I'm|we're) (running|getting) low on {item}
    (I'm|we're) running out of {item}, add {quantity}
    (I'm|we're) short (of|on) {item}
    (I|we) (ran|are running|have run) out of {item}
    (I|we) ran out of {item}, put it on the {list_name}
    (I|we) (don't have|haven't got) [any] {item} [left]
    (I|we) finished the {item}, add it to the {list_name}
    (I|we) used up the {item}
    I used the last {item}, add more to the {list_name}
    we've got no {item}, so add it
    we could use {quantity} {item}
    we always need {item}, put it on the {list_name}
    we are missing {item}
    I want to (add|put) {item} (to|on) my {list_name}
    I want to buy {quantity} {item}
    I want {item} and {item} added to the {list_name}
    I'd like to add {item} [to my {list_name}]
    I'd like {item} on the {list_name}
    I'd like to buy {item} and {item}
    I'd like to start a {list_name}
    I forgot {item}, add it [to the {list_name}]
    I forgot to add {item} to the {list_name}
    I must not forget {item} at the store
    I'm (baking|cooking|having guests), so I need {quantity} {item}
    I'm going shopping for {item} and {item}
    I'm making a {list_name}, begin with {item}
    the {list_name} needs {item} [and {item}]
    the {list_name} needs {quantity} {item}
    the {list_name} should (have|include|contain) {item}
    the {list_name} should also say {quantity} {item}
    the (fridge|cupboard|pantry) is out of {item}
    the {item} (is|are) (gone|empty|finished), add more
    the {item} (is|are) almost gone
    the kids want {item}, put it on the {list_name}
    there's no {item} left [in the house]
    there isn't any {item}, get {quantity}
    there are only a few {item} left, buy more
    my {list_name} needs {item}
    my {list_name} should have {quantity} {item}
    my shopping: {item}, {item}, {item}
    our {list_name} needs {item} and {item}
    no {item} left, add to {list_name}
    don't forget {item} [for the {list_name}]
    don't forget to (add|buy|get) {quantity} {item}
    don't let me forget {item} when I shop
    remember [to buy] {item}
    remember {quantity} {item} for the {list_name}
    remind us that we need {item} from the shop
    {item} (to|on|for) the {list_name} [please]
    {item} for my {list_name}
    {item} and {item} on the {list_name}
    {item} goes on the {list_name}
    {item} should be on my {list_name}
    {item}, add (it|that|them) to the {list_name}
    {item}, {item}, {item}, all on the {list_name}
    {item} please, {quantity}
    {item} is finished, put it on the list
    {quantity} {item} [please]
    {quantity} {item} (to|on|for) the {list_name}
    {quantity} {item} and {quantity} {item} please
    {quantity} {item}, put it on my {list_name}
    {quantity} more {item} on the {list_name}
    {list_name}, {item} and {item}
    {list_name}: add {item}
    {list_name}: {item}, {item}, {item}
    {list_name} please: {quantity} {item}
    for the {list_name}: {quantity} {item} [and {item}]
    for the {list_name} (I|we) need {item}
    for the weekend we need {quantity} {item}
    on the {list_name} (put|write|note) {item}
    on my {list_name} I need {quantity} {item}
    onto the {list_name} goes {item}
    to my {list_name} add {item}
    to the {list_name}, {quantity} {item}
    from the store I need {item} and {item}
    at the store we need {quantity} {item}
    when we go shopping, (get|buy) {item}
    next time at the supermarket buy {item}
    also {item} [and {item}]
    also add {quantity} {item} to that {list_name}
    and {quantity} {item} on the {list_name} too
    while you're at it add {item}
    how about {quantity} {item} on the {list_name}
    what about {item}? add it to the {list_name}
    open the {list_name} and (add|write) {item}
    check that {item} is on the {list_name}
    shopping list entry: {item}
    time to buy {item} [again]
    keep {item} on the {list_name}
    double the {item} on the {list_name}
    let the cart have {item}
  `),
  "currency/convert": lines(`
    please convert {amount} (to|into) {target_currency:currency}
    (convert|change|exchange|swap|turn|switch) {amount} (to|into|for) {target_currency:currency}
    (convert|change|exchange|turn|translate) {amount:number} {source_currency:currency} (into|to|for|in) {target_currency:currency}
    convert from {source_currency:currency} to {target_currency:currency}
    convert {source_currency:currency} (to|into) {target_currency:currency}
    convert {amount:number} from {source_currency:currency} to {target_currency:currency}
    convert {source_currency:currency} to {target_currency:currency}, {amount:number}
    convert {amount} for me, into {target_currency:currency}
    convert my {amount:number} {source_currency:currency} to {target_currency:currency}
    exchange {source_currency:currency} for {target_currency:currency}
    exchange {amount} [in {target_currency:currency}]
    change {source_currency:currency} (into|to) {target_currency:currency}
    change {amount:number} {source_currency:currency} to {target_currency:currency} at today's rate
    (could|would|will) you [please] convert {amount} (to|into) {target_currency:currency}?
    could you tell me how much {amount} is in {target_currency:currency}?
    could you change {amount:number} {source_currency:currency} into {target_currency:currency}
    could you give me the {source_currency:currency} to {target_currency:currency} rate?
    could you work out {amount} in {target_currency:currency}
    can you (change|turn|exchange) {amount} (to|into|for) {target_currency:currency}?
    can you convert {amount:number} {source_currency:currency} to {target_currency:currency}?
    can you convert {source_currency:currency} to {target_currency:currency} for me
    can you tell me what {amount} is in {target_currency:currency}?
    can you tell me the exchange rate (of|for|between) {source_currency:currency} and {target_currency:currency}?
    can you check the rate for {source_currency:currency} to {target_currency:currency}?
    can you calculate {amount:number} {source_currency:currency} in {target_currency:currency}?
    can you figure out {amount} in {target_currency:currency}
    can you look up {source_currency:currency} against {target_currency:currency}?
    can I get {amount} in {target_currency:currency}?
    can I exchange {amount:number} {source_currency:currency} for {target_currency:currency}
    would you work out {amount:number} {source_currency:currency} in {target_currency:currency}
    do you know what {amount} is in {target_currency:currency}?
    do you know the {source_currency:currency} to {target_currency:currency} rate [{date}]?
    is {amount:number} {source_currency:currency} more than {amount} in {target_currency:currency}
    is it {amount:number} {source_currency:currency} to the {target_currency:currency}?
    how much (is|are|would|does) {amount:number} {source_currency:currency} (in|make in|come to in|equal in) {target_currency:currency}?
    how much is {amount} (in|converted to|worth in|when exchanged for) {target_currency:currency}?
    how much are {amount:number} {source_currency:currency} worth in {target_currency:currency} [{date}]?
    how much does {amount} come to in {target_currency:currency}?
    how much would {amount:number} {source_currency:currency} be in {target_currency:currency}?
    how much {target_currency:currency} (is|are|do I get for|can I get for|will I get for) {amount}?
    how much {target_currency:currency} (is|are) {amount:number} {source_currency:currency}?
    how much {target_currency:currency} can I buy with {amount:number} {source_currency:currency}?
    how much {target_currency:currency} for {amount}
    how much in {target_currency:currency} is {amount}
    how much is the {source_currency:currency} [in {target_currency:currency}] [{date}]?
    how much is one of the {source_currency:currency} in {target_currency:currency}
    how many {target_currency:currency} (can|will|could|would) I get (for|from|with) {amount}?
    how many {target_currency:currency} (to|for|per) {amount:number} {source_currency:currency}?
    how many {target_currency:currency} are (in|there in) {amount:number} {source_currency:currency}?
    how many {target_currency:currency} make {amount}?
    how many {target_currency:currency} does {amount:number} {source_currency:currency} buy?
    how many {source_currency:currency} to the {target_currency:currency}
    how do I convert {source_currency:currency} to {target_currency:currency}?
    how does the {source_currency:currency} stand against {target_currency:currency} [{date}]?
    how is the {source_currency:currency} doing against the {target_currency:currency}?
    how strong is the {source_currency:currency} compared to {target_currency:currency}
    what (is|'s|are) {amount:number} {source_currency:currency} in {target_currency:currency}?
    what is {amount} (worth|converted|equal to|equivalent to) in {target_currency:currency}?
    what's {amount} in {target_currency:currency} [please]
    what's {amount:number} {source_currency:currency} (to|into) {target_currency:currency}
    what's {amount} when converted to {target_currency:currency}
    what's the {target_currency:currency} (value|equivalent|price) of {amount}?
    what's the value of {amount:number} {source_currency:currency} in {target_currency:currency}?
    what's the (current|latest|going|official) [exchange] rate (from|for) {source_currency:currency} to {target_currency:currency}?
    what's the exchange rate (between|for) {source_currency:currency} and {target_currency:currency} [{date}]?
    what's the conversion (from|rate of) {source_currency:currency} to {target_currency:currency}?
    what's the price of {source_currency:currency} in {target_currency:currency}
    what's the {source_currency:currency} worth in {target_currency:currency} [{date}]
    what's the rate for {target_currency:currency} [{date}]?
    what rate do I get for {source_currency:currency} to {target_currency:currency}?
    what do I get in {target_currency:currency} for {amount}?
    what do {amount:number} {source_currency:currency} make in {target_currency:currency}
    what does {amount} (equal|amount to|come to|work out to) in {target_currency:currency}?
    what does {amount:number} {source_currency:currency} buy in {target_currency:currency}
    what would {amount} be in {target_currency:currency}?
    what would I pay in {target_currency:currency} for {amount:number} {source_currency:currency}
    what will {amount:number} {source_currency:currency} get me in {target_currency:currency}?
    what are the rates for {source_currency:currency} and {target_currency:currency} {date}
    tell me (what|how much) {amount} is in {target_currency:currency}
    tell me how many {target_currency:currency} {amount} is
    tell me the (exchange|conversion) rate from {source_currency:currency} to {target_currency:currency}
    tell me the {target_currency:currency} value of {amount:number} {source_currency:currency}
    tell me {amount:number} {source_currency:currency} in {target_currency:currency}
    give me the exchange rate for {source_currency:currency} to {target_currency:currency} [{date}]
    give me {amount:number} {source_currency:currency} in {target_currency:currency}
    give me the value of {amount} in {target_currency:currency}
    give me the {target_currency:currency} equivalent of {amount}
    show me {amount} in {target_currency:currency}
    show me the {source_currency:currency} to {target_currency:currency} (rate|exchange|conversion)
    show me what {amount:number} {source_currency:currency} is in {target_currency:currency}
    (find|check|look up|get) the rate of {source_currency:currency} to {target_currency:currency}
    (find|check|look up) the exchange rate for {source_currency:currency} [and {target_currency:currency}]
    check what {amount} is in {target_currency:currency}
    look up {amount:number} {source_currency:currency} in {target_currency:currency}
    find out how much {amount} is in {target_currency:currency}
    get me {amount} in {target_currency:currency}
    (calculate|compute|work out|figure out|count|estimate|determine) {amount} in {target_currency:currency}
    (calculate|compute|work out|figure out) how much {amount:number} {source_currency:currency} is in {target_currency:currency}
    calculate the {source_currency:currency} to {target_currency:currency} rate
    compare {source_currency:currency} (to|with|and) {target_currency:currency}
    translate {amount} into {target_currency:currency}
    put {amount} in {target_currency:currency}
    put {amount:number} {source_currency:currency} into {target_currency:currency}
    make {amount:number} {source_currency:currency} into {target_currency:currency}
    trade {amount} for {target_currency:currency}
    trade {source_currency:currency} for {target_currency:currency}, what's the rate
    switch {amount:number} {source_currency:currency} to {target_currency:currency}
    do a conversion from {source_currency:currency} to {target_currency:currency}
    do {amount} in {target_currency:currency}
    run a conversion of {amount:number} {source_currency:currency} to {target_currency:currency}
    say {amount} in {target_currency:currency}
    list {amount} in {target_currency:currency} and {target_currency:currency}
    use today's rate and convert {amount} to {target_currency:currency}
    I (need|want|would like) to (convert|change|exchange) {amount} (to|into|for) {target_currency:currency}
    I (need|want|would like) to (convert|change|exchange) {amount:number} {source_currency:currency} (to|into|for) {target_currency:currency}
    I (need|want) to know how much {amount} is in {target_currency:currency}
    I (need|want) to know the {source_currency:currency} to {target_currency:currency} rate
    I need {amount} in {target_currency:currency}
    I need {target_currency:currency}, what do I get for {amount}?
    I need the exchange rate for {source_currency:currency} and {target_currency:currency}
    I want to change {source_currency:currency} to {target_currency:currency}
    I want {target_currency:currency} for {amount:number} {source_currency:currency}
    I'd like to exchange {amount} for {target_currency:currency}
    I'd like to know what {amount:number} {source_currency:currency} are in {target_currency:currency}
    I'd like {amount} converted to {target_currency:currency}
    I have {amount}, how much is that in {target_currency:currency}?
    I have {amount:number} {source_currency:currency}, convert to {target_currency:currency}
    I have {source_currency:currency} and need {target_currency:currency}, what's the rate
    I only have {source_currency:currency}, what is {amount:number} in {target_currency:currency}?
    I earn {amount}, what's that in {target_currency:currency}
    I spent {amount:number} {source_currency:currency}, how much in {target_currency:currency}?
    I'm paying {amount}, what is it in {target_currency:currency}
    I've {amount} left, what would it be in {target_currency:currency}
    it (costs|is) {amount}, how much is (that|it) in {target_currency:currency}?
    it costs {amount:number} {source_currency:currency}, what's that in {target_currency:currency}
    the price is {amount}, convert to {target_currency:currency}
    the price is {amount:number} {source_currency:currency}, say it in {target_currency:currency}
    the {source_currency:currency} to {target_currency:currency} [exchange] rate [please]
    the rate for {source_currency:currency} in {target_currency:currency} {date}
    the hotel costs {amount}, what's that in {target_currency:currency}?
    they charge {amount}, how many {target_currency:currency} is that?
    they want {amount:number} {source_currency:currency}, what's that in {target_currency:currency}?
    {amount} (to|into) {target_currency:currency} [please]
    {amount} in {target_currency:currency} [is how much]?
    {amount} equals how many {target_currency:currency}?
    {amount} is how much in {target_currency:currency}
    {amount} worth of {target_currency:currency}
    {amount}, {target_currency:currency}
    {amount} converted to {target_currency:currency}
    {amount:number} {source_currency:currency} (to|into|equals how many|is how many) {target_currency:currency}
    {amount:number} {source_currency:currency}, how much is that in {target_currency:currency}?
    {amount:number} {source_currency:currency} = {target_currency:currency}
    {amount:number} {source_currency:currency} converted to {target_currency:currency} please
    {source_currency:currency} to {target_currency:currency} [exchange] rate
    {source_currency:currency} to {target_currency:currency} {date}
    {source_currency:currency} (into|in|against|versus) {target_currency:currency}
    {source_currency:currency} {target_currency:currency} exchange
    {source_currency:currency} to {target_currency:currency} for {amount:number}
    {target_currency:currency} for {amount}
    {target_currency:currency} for {amount:number} {source_currency:currency}
    {target_currency:currency} from {amount:number} {source_currency:currency}
    {date} what's the {source_currency:currency} to {target_currency:currency} rate?
    {date} rate from {source_currency:currency} to {target_currency:currency}
    from {source_currency:currency} to {target_currency:currency}, {amount:number}
    from {amount:number} {source_currency:currency} to {target_currency:currency}
    for {amount} how many {target_currency:currency} do I get
    for {amount:number} {source_currency:currency}, what do I get in {target_currency:currency}?
    in {target_currency:currency}, (what is|how much is|what's) {amount}?
    in {target_currency:currency}, how much is {amount:number} {source_currency:currency}?
    if I (change|exchange|have) {amount}, how many {target_currency:currency} is that?
    if I pay {amount:number} {source_currency:currency}, how much is it in {target_currency:currency}
    if something costs {amount}, what's that in {target_currency:currency}?
    exchange rate {source_currency:currency} {target_currency:currency} [{date}]
    exchange rate for {amount} in {target_currency:currency}
    exchange value of {amount} in {target_currency:currency}
    conversion of {amount} (to|into) {target_currency:currency}
    conversion rate from {source_currency:currency} to {target_currency:currency} {date}
    current rate of the {source_currency:currency} against the {target_currency:currency}
    currency conversion, {amount:number} {source_currency:currency} to {target_currency:currency}
    quote me {amount} in {target_currency:currency}
    help me convert {amount} to {target_currency:currency}
    let me know how much {amount} is in {target_currency:currency}
    let's see {amount:number} {source_currency:currency} in {target_currency:currency}
    roughly how much is {amount} in {target_currency:currency}
  `),
};
