import { lines } from "./phrase-list.js";

/** More of what people say to send a message or to start a call; for train only. */
export const messageCallMore: Readonly<Record<string, readonly string[]>> = {
  "message/send": lines(`
    please (text|message|tell|write) {contact} {message}
    (text|message|write|email|dm|ping) {contact}: {message}
    (text|message) {contact} (that|and say) {message}
    text {contact} on {app} {message}
    text {contact} back [with] {message}
    text {message} to {contact}
    text my reply to {contact}, {message}
    text [message] to {contact}: {message}
    (tell|inform|notify|remind|advise) {contact} that {message}
    tell {contact} (on|via|over|through|by|with) {app} that {message}
    tell {contact} I said {message}
    tell {contact} the following: {message}
    (send|write|shoot|fire off|type) a (text|message|note|line) to {contact}
    (send|write|compose|draft|type) a message (for|to) {contact}: {message}
    send a message to {contact} (via|through|with|using|over) {app}
    send a message via {app} to {contact} saying {message}
    send a text to {contact} (saying|that says|that reads) {message}
    send a text [message] that says {message} to {contact}
    send a quick (text|note|message) to {contact}, {message}
    send an {app} to {contact} saying {message}
    send {contact} a (text|message|note) [saying] {message}
    send {contact} a message that {message}
    send {contact} the message {message} [on {app}]
    send {contact} this: {message}
    send {contact} my reply: {message}
    send {contact} {message} (on|via|by|over|through) {app}
    send {contact} something on {app}
    send {message} to {contact} (on|via|by|using) {app}
    send out {message} to {contact} and {contact}
    send the text {message} to {contact}
    send this to {contact}: {message}
    send this over {app} to {contact}: {message}
    send [along] to {contact}, {message}
    (could|would|will) you [please] (text|tell|message) {contact} {message}?
    could you let {contact} know that {message}
    can you (send|write|shoot) a message to {contact} [for me]?
    can you tell {contact} that {message}?
    can you tell {contact} {message} (on|through|via) {app}?
    can you send {contact} {message}
    can you send a message on {app} [to {contact}]?
    can you write {contact} that {message}
    can you ask {contact}, {message}?
    can you reply to {contact} saying {message}
    can you get hold of {contact} on {app} and say {message}
    can I send a (text|message) to {contact} on {app}?
    can I text {contact}
    would you mind telling {contact} {message}
    do me a favor and tell {contact} {message}
    ask {contact} {message}
    ask {contact} on {app} {message}
    ask {contact} by {app}: {message}
    (reply|respond|answer) [to] {contact}: {message}
    (reply|respond|answer) to {contact}'s message (with|saying) {message}
    reply on {app} to {contact} that {message}
    reply with {message} to {contact}
    respond to {contact} on {app}: {message}
    answer {contact} that {message}
    write {contact} {message}
    write {contact} (a message|a text|something) on {app}
    write {message} to {contact}
    write {message} to {contact} on {app}
    write to {contact} (on|using|via) {app} that {message}
    write to {contact} (saying|and say) {message}
    write back to {contact}: {message}
    drop {contact} a line (saying|that) {message}
    drop {contact} a line on {app}, {message}
    drop {contact} a (note|text): {message}
    leave {contact} a (note|message|voicemail) (saying|that) {message}
    leave a message for {contact}: {message}
    leave word for {contact} that {message}
    (forward|relay|transmit|convey|deliver) {message} to {contact}
    (forward|relay|deliver) this to {contact}: {message}
    relay to {contact} over {app} that {message}
    pass {message} along to {contact}
    pass this on to {contact}: {message}
    let {contact} know [that] {message}
    let {contact} know (via|on|over|through) {app} that {message}
    let {contact} and {contact} know {message}
    let my message to {contact} be {message}
    give {contact} the message {message}
    give {contact} this message: {message}
    give {contact} a heads up that {message}
    get {contact} on {app} and tell them {message}
    get word to {contact} that {message}
    get in touch with {contact} [on {app}], {message}
    contact {contact} (on|via|by|through) {app} and say {message}
    contact {contact} and tell them {message}
    reach out to {contact} on {app} [with {message}]
    use {app} (to send|for sending) {message} to {contact}
    use {app} to message {contact}
    use {app} to write {contact} that {message}
    use {app} and tell {contact}: {message}
    with {app} send {contact} {message}
    via {app}, tell {contact} {message}
    on {app} (tell|text|message|write) {contact} {message}
    by {app} let {contact} know {message}
    over {app}, {message} to {contact}
    through {app} send a note to {contact}
    open {app} and (write|tell) {contact} {message}
    open {app} and send {message} to {contact}
    open {app} [so I can] text {contact}
    start (a|an) {app} (message|chat|conversation) (with|to) {contact}
    start a [new] (message|text|chat) to {contact}
    start typing a message to {contact}: {message}
    (compose|draft|create|prepare) a (text|message|reply) to {contact} [on {app}]
    compose {app} to {contact} {message}
    make a new {app} to {contact}
    dictate a message to {contact}: {message}
    take a message for {contact}: {message}
    type {message} and send it to {contact}
    post {message} to {contact} on {app}
    message {contact} (using|with|via|through) {app} {message}
    message {contact} back that {message}
    message {message} to {contact}
    message to {contact}: {message}
    message for {contact}, {message}
    {app} message to {contact}: {message}
    {app} {contact} {message}
    {app} to {contact} saying {message}
    {contact}: {message}
    {contact} needs to (hear|know|be told) {message}
    {contact} has to know that {message}
    {contact} is waiting for my text, say {message}
    {contact} asked me something, answer {message}
    {message}, (send|text|tell|write) that to {contact}
    {message} is what I want to tell {contact}
    {message} to {contact} on {app}
    I (need|want|have|would like) to (text|message|tell|write to) {contact} {message}
    I (need|want|would like) to (text|message) {contact}
    I (need|want) to tell {contact} on {app} that {message}
    I need you to (tell|text|message) {contact} {message}
    I want {contact} to know [that] {message}
    I want to (write|say) {message} to {contact}
    I want to reply to {contact}, {message}
    I want to say {message} to {contact} on {app}
    I'd like to send {contact} a message [saying {message}]
    I'd like {contact} to hear this: {message}
    I'd like you to let {contact} know {message}
    I have to let {contact} know that {message}
    I have a message for {contact}: {message}
    I have not answered {contact}, write {message}
    I must tell {contact}, {message}
    I'm trying to reach {contact}, text {message}
    I promised to text {contact}, send {message}
    please let {contact} know {message}
    please pass my message to {contact}: {message}
    please send this by {app} to {contact}: {message}
    new (text|message|{app}) for {contact}
    another message to {contact}: {message}
    quick message to {contact}: {message}
    say to {contact} that {message}
    say {message} to {contact} over {app}
    shout out to {contact} on {app}: {message}
    share with {contact} that {message}
    warn {contact} that {message}
    thank {contact} on {app} and add {message}
    wish {contact} well and say {message}
    make sure {contact} (knows|hears|gets this): {message}
    how about telling {contact} {message}
    why not text {contact} {message}
    group message to {contact} and {contact}: {message}
  `),
  "call/start": lines(`
    please (call|phone|ring|dial) {contact}
    (call|phone|ring|dial|buzz) {contact} (for me|right now|again)
    (call|phone|ring) {contact} (on|at) (the|their|his|her) {phone_type} [phone|number|line]
    (call|phone|ring) up {contact}
    (call|phone|ring) {contact} at home
    call {contact} (using|via|through|with|over) {app}
    call {contact} back [on {app}]
    call {contact} from my {phone_type} (phone|line)
    call {contact} on speaker
    call {contact} and then {contact}
    call {contact}'s {phone_type} on {app}
    call the number {phone_number}
    call the {phone_type} (phone|number|line) of {contact}
    call up {phone_number}
    call back {phone_number}
    call [somebody|someone] on {app}
    call out to {phone_number}
    dial {contact}
    dial {contact}'s {phone_type} (number|phone|line)
    dial {contact} on {app}
    dial up {contact}
    dial [the number] {phone_number} (for me|now|please)
    dial {phone_number} (on|with|from) {app}
    dial my {phone_type} (number|phone|line)
    redial {phone_number}
    redial {contact}
    ring {phone_number}
    ring {contact}'s {phone_type}
    ring {contact} (via|on|through|over) {app}
    ring my {phone_type} phone
    ring up {contact} on the {phone_type}
    phone {phone_number} [please]
    phone {contact} on {app}
    phone the {phone_type} line
    phone home
    telephone {contact}
    telephone {contact} at {phone_number}
    (could|would|will) you [please] (call|ring|phone|dial) {contact}?
    could you (dial|call|ring|try) {phone_number}
    could you call {contact} (on|through|via) {app}
    could you get {contact} on the phone?
    could you put {contact} on
    could you connect me (with|to) {contact}'s {phone_type}?
    can you (dial|ring|phone|try) {contact} [for me]?
    can you (call|dial) {phone_number} [for me]?
    can you start a [video] call (with|to) {contact} [on {app}]?
    can you make a call to {contact}?
    can you connect me (with|to) {contact}?
    can you get {contact} for me
    can you get me {contact} on {app}?
    can you place a call to {phone_number}
    can you reach {contact} at {phone_number}?
    can you try {contact}'s {phone_type} [number]?
    can I (call|talk to|speak with|speak to) {contact}?
    can I (call|speak to) {contact} on {app}
    can I make a call [to {contact}]?
    can we call {contact}
    can we video chat with {contact}?
    may I speak to {contact} please
    would you call {contact}'s {phone_type} number
    would you mind calling {contact}?
    do you mind dialing {phone_number}
    let's (call|ring|phone) {contact} [on {app}]
    let me (talk|speak) to {contact} [on {app}]
    let me (call|talk to) {contact} at {phone_number}
    let me have a word with {contact} over {app}
    I (need|want|have|would like|'d like) to (speak|talk) (to|with) {contact} [now]
    I (need|want|have) to (ring|phone) {contact} on the {phone_type}
    I (need|want|would like) to (make|place) a call
    I (need|want) to call {phone_number}
    I need {contact} on the (phone|line)
    I need to reach {contact} [on {app}]
    I need to get {contact} on their {phone_type} phone
    I need to get hold of {contact}
    I need to get through to {contact} at {phone_number}
    I have to call {contact}'s {phone_type}
    I must call {contact} on the {phone_type} line
    I want to (video call|video chat with|facetime) {contact}
    I want to call {contact} using {app}
    I want to hear {contact}'s voice
    I want {contact} on {app}
    I'd like to call {contact} [on {app}]
    I'd like to have a word with {contact}
    I'd like to be connected to {phone_number}
    I'm trying to reach {contact} at {phone_number}
    I'm ready to talk to {contact}, dial now
    I missed a call from {contact}, call back
    I missed a call from {phone_number}, call back
    I promised {contact} a call
    I lost my phone, call my {phone_type} number
    I can't find my phone, ring it
    (start|begin|make|place|initiate|open) a (phone|voice|video) call (to|with) {contact}
    (start|begin|make|initiate) a call (to|with) {contact} (on|via|through|over) {app}
    start a (video|voice|group) call [on {app}]
    start calling {contact}
    start a conference call with {contact} and {contact}
    start an {app} call (to|with) {contact}
    make an {app} call to {contact}
    make a video call to {contact} (over|with|on) {app}
    make a call to my {phone_type} phone
    make a call from the {phone_type} line
    make a quick call to {contact}
    make an outgoing call to {phone_number}
    make my phone call {contact}
    place a [phone] call
    place a call to {contact}'s {phone_type}
    place a video call with {contact}
    set up a call with {contact} on {app} now
    set up a video call with {contact}
    (facetime|video chat with|videocall|voice call) {contact}
    video call {contact}
    video chat with {contact} on {app}
    voice call to {contact} [with {app}]
    connect me (with|to) {contact} [on {app}]
    connect me (with|to) {contact}'s {phone_type} (phone|line|number)
    connect to {contact} at {phone_number}
    connect the call to {contact}
    connect {contact} and me over {app}
    put me through to {contact}'s {phone_type} phone
    put me through to {phone_number}
    put me on the (phone|line) with {contact}
    put a call through to {contact} [on {app}]
    put {contact} on [the phone|speaker|the line]
    patch me through to {contact}
    get {contact} on (the phone|{app})
    get {contact} on the {phone_type} line
    get {phone_number} on the line
    get me {contact}
    get me {contact} on the phone
    get me through to {contact}
    get me in touch with {contact} by phone
    get in touch with {contact} at {phone_number}
    get a hold of {contact} on the {phone_type} phone
    give {contact} a (ring|buzz|bell|shout) [on {app}]
    give {contact} a call (on|at) {phone_number}
    give {contact} a call on {app}
    give {contact}'s {phone_type} a (ring|try|call)
    give {phone_number} a (call|try)
    hit up {contact} on {app}
    try (calling|ringing|phoning|reaching) {contact} [again]
    try {contact} [on {app}]
    try {contact} on the {phone_type} number
    try calling {phone_number}
    try the {phone_type} phone of {contact}
    try to reach {contact} (through|via|on) {app}
    reach {contact} (at {phone_number}|by phone|over {app})
    contact {contact} by phone
    contact {phone_number}
    open {app} and call {contact}
    open a line to {contact}
    use {app} to (call|ring|phone) {contact}
    use my {phone_type} (phone|number) to (dial|ring) {contact}
    use the {phone_type} number for {contact}
    with {app} call {contact}
    on {app}, (call|ring) {contact}
    speak with {contact} over {app}
    talk to {contact} on {app}
    talk with {contact} [on the phone]
    is {contact} (free|available|there)? call
    is it possible to call {contact} on {app}?
    {contact}'s {phone_type} (number|phone), please dial
    {contact}, {phone_type} phone, call
    {contact} on the {phone_type}
    {contact} on speakerphone please
    {phone_number}, call (it|that|them)
    {app} call to {contact}
    {app} video call with {contact}
    phone call to {contact} [please]
    phone call to {phone_number}
    call
    new call to {contact}
    a call to {contact} please
    get the phone and call {phone_number}
    who is {phone_number}? call them
    hook me up with {contact} on {app}
    see if {contact} picks up
    see if you can get {contact} on the phone
  `),
};
