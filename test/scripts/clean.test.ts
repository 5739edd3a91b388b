import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cleanText,
  maskOwner,
  ownerMask,
  squeeze,
  stripCollectionTraces,
  stripListTags,
} from "../../scripts/spam/clean.js";

const rule = "_".repeat(47);

describe("stripCollectionTraces", () => {
  it.each([
    [
      "a Mailman footer",
      `Body.\n${rule}\nRazor-users mailing list\nhttps://lists.sourceforge.net/lists/listinfo/razor-users`,
      "Body.",
    ],
    [
      "a footer behind a signature mark",
      "Body.\n-- \nIrish Linux Users' Group: a@linux.ie\nhttp://x/ilug for (un)subscription information.\nList maintainer: b@linux.ie\n\nPS",
      "Body.\n\nPS",
    ],
    ["a quoted footer", `> Body.\n> ${rule}\n> Fork mailing list\n>\nMy reply`, "> Body.\n>\nMy reply"],
    [
      "a footer quoted with another sign",
      `) Body.\n) ${rule}\n) Fork mailing list\n) http://x/listinfo/fork`,
      ") Body.",
    ],
    ["a bare list link", "Body.\nhttp://xent.com/mailman/listinfo/fork\n", "Body.\n"],
    [
      "a sponsor note up to the footer's rule",
      `Body.\n${"-".repeat(55)}\nThis sf.net email is sponsored by: X\nhttp://x\n${rule}\nSpamassassin-talk mailing list`,
      "Body.",
    ],
    [
      "a Yahoo! Groups sponsor",
      `Body.\n${"-".repeat(24)} Yahoo! Groups Sponsor ${"-".repeat(21)}~-->\n4 DVDs Free\n${"-".repeat(69)}~->\n\nEnd`,
      "Body.\n\nEnd",
    ],
    [
      "a Yahoo! Groups sponsor without end",
      `Body.\n${"-".repeat(24)} Yahoo! Groups Sponsor ${"-".repeat(21)}~-->\nEnd`,
      "Body.\nEnd",
    ],
    [
      "a Yahoo! Groups footer",
      "Body.\nTo unsubscribe from this group, send an email to:\nforteana-unsubscribe@egroups.com\nYour use of Yahoo! Groups is subject to http://docs.yahoo.com/info/terms/",
      "Body.",
    ],
    ["the sightings list's end mark", "Body.\n--DeathToSpamDeathToSpam--", "Body."],
    ["the head of a feed item", "URL: http://boingboing.net/#1\nDate: Not supplied\n\nNews", "\nNews"],
    ["quoted filter lines", "> X-Spam-Status: No, hits=1\nBody.", "Body."],
  ])("removes %s", (_, body, kept) => {
    expect(stripCollectionTraces(body)).toBe(kept);
  });

  it.each([
    ["a rule", `Above\n${rule}\nBelow, about a party\n\nEnd`],
    ["a personal signature", "Body.\n-- \nAnn Lee\n+1 555 0100"],
    ["a link inside a sentence", "See http://xent.com/mailman/listinfo/fork for more."],
    ["a URL line that no date follows", "URL: http://x.org\nhello"],
  ])("keeps %s", (_, body) => {
    expect(stripCollectionTraces(body)).toBe(body);
  });

  it("only ever removes whole lines of a body that is no feed item", () => {
    const line = fc.constantFrom(
      rule,
      "-- ",
      "Hello",
      "",
      "X mailing list",
      "> text",
      "-".repeat(30),
      "X-Spam-Flag: YES",
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const rest = stripCollectionTraces(lines.join("\n")).split("\n");
        let at = 0;
        for (const kept of rest) {
          at = lines.indexOf(kept, at) + 1;
          if (lines.length > 0 && kept !== "") expect(at).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe("stripListTags", () => {
  it.each([
    ["[ILUG] Mutt hooks", " Mutt hooks"],
    ["Re: [Razor-users] Re: Problem", "Re: Re: Problem"],
    ["RE: Fwd: [use Perl] News", "RE: Fwd: News"],
    ["Re[2]: Selling", "Re[2]: Selling"],
    ["[2] times", "[2] times"],
    ["No tag [in front]", "No tag [in front]"],
  ])("%s", (subject, bare) => {
    expect(stripListTags(subject)).toBe(bare);
  });
});

describe("maskOwner", () => {
  it.each([
    ["Dear zzzz@localhost.netnoteinc.com,", `Dear ${ownerMask},`],
    ["to jm@jmason.org now", `to ${ownerMask} now`],
    ["yyyy@spamassassin.taint.org", ownerMask],
    ["list-admin@example.com", ownerMask],
    ["from jm@somewhere.ie", `from ${ownerMask}`],
    ["see www.spamassassin.taint.org/x", "see example.com/x"],
    ["zzzz, it's proven", "user, it's proven"],
    ["bob@linux.ie stays, pizzazz too", "bob@linux.ie stays, pizzazz too"],
  ])("%s", (text, masked) => {
    expect(maskOwner(text)).toBe(masked);
  });
});

describe("squeeze and cleanText", () => {
  it("leave one line without tabs, control characters or double spaces", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), (subject, body) => {
        const text = cleanText({ subject, body });
        expect(text).not.toMatch(/[\p{Cc}\u2028\u2029]| {2}|^\s|\s$/u);
        expect(squeeze(text)).toBe(text);
      }),
    );
  });

  it("joins subject and body", () => {
    expect(cleanText({ subject: "[ILUG] Hi\tthere", body: "line one\r\n\r\n  cafe\u0301\u0000two" })).toBe(
      "Hi there line one café two",
    );
  });
});
