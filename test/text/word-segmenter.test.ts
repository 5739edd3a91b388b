import { describe, expect, it } from "vitest";
import { icuWords, jiebaWords, WordSegmenter } from "../../src/text/word-segmenter.js";

const options = { lowercase: true, nfc: false };

describe("words of texts without spaces", () => {
  it.each([
    ["zh", "我们今天去北京。 OK", ["我们", "今天", "去", "北京", "。", "ok"]],
    ["th", "สวัสดีครับ", ["สวัสดี", "ครับ"]],
    ["ja", "東京に行く", ["東京", "に", "行く"]],
  ])("are those of ICU's word lists: %s", (locale, text, expected) => {
    const tokens = new WordSegmenter(icuWords(locale), options).tokenize(text);
    expect(tokens.map((token) => token.text)).toEqual(expected);
    for (const { text: token, startUtf16, endUtf16 } of tokens)
      expect(text.slice(startUtf16, endUtf16).toLowerCase()).toBe(token);
  });

  it("need jieba's package where it is asked for", () => {
    expect(() => jiebaWords()).toThrow(
      /PTX_CONFIG_VALUE {2}SegmenterTokenizer\.segmenter\n {2}.*@node-rs\/jieba[\s\S]*npm install @node-rs\/jieba/,
    );
  });
});
