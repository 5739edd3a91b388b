import { Parser } from "htmlparser2";

const invisible = new Set(["script", "style", "title", "noscript"]);

const inline = new Set(
  "a abbr acronym b basefont bdo big blink cite code dfn em font i ins kbd mark nobr q s samp small span strike strong sub sup tt u var wbr".split(
    " ",
  ),
);

/**
 * What a mail reader would show of an HTML body: text and decoded entities, the texts that stand for images, and
 * each link's target in angle brackets behind the link, as plain-text mail writes it; without tags, comments,
 * scripts, styles and the page title. A tag that is not inline separates words; an inline tag or a comment does
 * not, so a word cut by `<!-- -->` is whole again.
 */
export function visibleText(html: string): string {
  const pieces: string[] = [];
  let hiddenBy: string | undefined;
  let target: string | undefined;
  const breakWord = (name: string): void => {
    if (!inline.has(name)) pieces.push("\n");
  };
  const parser = new Parser({
    onopentag(name, { href, alt }) {
      if (invisible.has(name)) hiddenBy ??= name;
      if (name === "a") target = href;
      if (name === "img" && alt) pieces.push(` ${alt} `);
      breakWord(name);
    },
    onclosetag(name) {
      if (name === hiddenBy) hiddenBy = undefined;
      if (name === "a" && target) {
        pieces.push(` <${target}> `);
        target = undefined;
      }
      breakWord(name);
    },
    ontext(text) {
      if (hiddenBy === undefined) pieces.push(text);
    },
  });
  parser.end(html);
  return pieces.join("");
}
