import { describe, expect, it } from "vitest";
import { readMail } from "../../scripts/spam/read-mail.js";
import { visibleText } from "../../scripts/spam/visible-text.js";

const mail = (...lines: string[]): Buffer => Buffer.from(lines.join("\r\n"), "latin1");
const words = (text: string): string => text.replace(/\s+/g, " ").trim();

describe("readMail", () => {
  it("gives subject and body and no other header", async () => {
    const raw = mail(
      "Return-Path: <a@b.org>",
      "X-Spam-Status: Yes, hits=9",
      "Subject: Hello",
      " there",
      "List-Id: <fork>",
      "",
      "First line",
      "second",
    );
    expect(await readMail(raw)).toEqual({ subject: "Hello there", body: "First line\nsecond\n" });
  });

  it("decodes encoded words, quoted-printable and the declared charset", async () => {
    const raw = mail(
      "Subject: =?iso-8859-1?Q?Caf=E9?= =?utf-8?B?4oKs?=",
      'Content-Type: text/plain; charset="iso-8859-15"',
      "Content-Transfer-Encoding: quoted-printable",
      "",
      "10 =A4 for a cr=E8me=",
      " br=FBl=E9e",
    );
    const { subject, body } = await readMail(raw);
    expect([subject, words(body)]).toEqual(["Café€", "10 € for a crème brûlée"]);
  });

  it("prefers plain text to HTML and leaves attachments out", async () => {
    const raw = mail(
      "Subject: both",
      'Content-Type: multipart/mixed; boundary="out"',
      "",
      "--out",
      'Content-Type: multipart/alternative; boundary="in"',
      "",
      "--in",
      "Content-Type: text/html",
      "",
      "<b>rich</b>",
      "--in",
      "Content-Type: text/plain",
      "Content-Transfer-Encoding: base64",
      "",
      "cGxhaW4=",
      "--in--",
      "--out",
      "Content-Type: application/octet-stream; name=virus.exe",
      "",
      "MZ attached",
      "--out--",
    );
    expect(words((await readMail(raw)).body)).toBe("plain");
  });

  it("shows an HTML body as text, also when it is called plain text", async () => {
    const html = "<html><body><p>Buy <b>now</b></p></body></html>";
    const honest = await readMail(mail("Content-Type: text/html", "", html));
    const lying = await readMail(mail("Subject: x", "", html));
    expect([words(honest.body), words(lying.body)]).toEqual(["Buy now", "Buy now"]);
  });

  it("leaves plain text that only mentions a tag as it is", async () => {
    const { body } = await readMail(mail("Subject: x", "", "use <b> & </b>, 1 < 2"));
    expect(words(body)).toBe("use <b> & </b>, 1 < 2");
  });

  it("reads undeclared 8-bit text as UTF-8 when it is that, and as Windows-1252 otherwise", async () => {
    const asUtf8 = await readMail(Buffer.from("Subject: né\r\n\r\n“naïve”", "utf8"));
    const asWindows = await readMail(mail("Subject: n\xe9", "", "\x93na\xefve\x94"));
    expect([asUtf8.subject, words(asUtf8.body)]).toEqual(["né", "“naïve”"]);
    expect([asWindows.subject, words(asWindows.body)]).toEqual(["né", "“naïve”"]);
  });

  it("gives empty strings for a message without subject and body", async () => {
    expect(await readMail(mail("From: a@b.org", "", ""))).toEqual({ subject: "", body: "" });
  });
});

describe("visibleText", () => {
  it.each([
    ["entities", "fish &amp; chips &#8364;5&nbsp;&eacute;", "fish & chips €5 é"],
    ["block tags part words", "<td>one</td><td>two</td>three<br>four<p>five", "one two three four five"],
    ["inline tags and comments do not", "Vi<!-- x -->ag<b>r</b>a", "Viagra"],
    [
      "scripts, styles and titles are hidden",
      "<title>t</title><style>p{}</style><script>f()</script>seen",
      "seen",
    ],
    ["what is nested in a hidden tag stays hidden", "<noscript><p>a<b>b</b></p></noscript>seen", "seen"],
    [
      "link targets follow the link",
      '<a href="http://x.biz/?a=1&amp;b=2">click</a> here',
      "click <http://x.biz/?a=1&b=2> here",
    ],
    ["anchors without target", '<a name="top">top</a>', "top"],
    ["an image's text", '<img src="a.gif" alt="50% off"><img src="b.gif">', "50% off"],
    ["a document that breaks off", "<table><tr><td>half <a href='u'>link", "half link <u>"],
  ])("%s", (_, html, text) => {
    expect(words(visibleText(html))).toBe(text);
  });
});
