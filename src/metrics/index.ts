/** Figures from predictions: pure functions over typed arrays, without any other part of the project. */
export { type BleuTokenization, corpusBleu, type TextPair } from "./bleu.js";
export * from "./calibration.js";
export { corpusChrf } from "./chrf.js";
export * from "./classification-report.js";
export * from "./confusion.js";
export * from "./correlation.js";
export { editDistance, type TokenPair, tokenErrorRate } from "./edit-distance.js";
export { type Entity, type EntityFigures, entityFigures, type TagReader } from "./entities.js";
export { MetricsError } from "./errors.js";
export * from "./frames.js";
export { type Confusion, LISTED_CONFUSIONS } from "./frequent-confusions.js";
export * from "./intent-slot-report.js";
export * from "./language-report.js";
export { maskedLanguageReport } from "./masked-language-report.js";
export * from "./matthews.js";
export * from "./multi-label-report.js";
export * from "./pairwise-ranking-report.js";
export { type ParsedRow, type ParsingInput, type ParsingReport, parsingReport } from "./parsing-report.js";
export * from "./precision-recall.js";
export * from "./predictions.js";
export * from "./probability.js";
export * from "./ranking.js";
export * from "./regression-report.js";
export {
  type AverageFigures,
  type ClassFigures,
  OPERATING_POINTS,
  type OperatingPoint,
  type RankingFigures,
} from "./report-parts.js";
export * from "./retrieval.js";
export { type RougeScores, rougeScores } from "./rouge.js";
export {
  type Seq2SeqInput,
  type Seq2SeqReport,
  type SequenceRow,
  sameTokens,
  seq2seqReport,
  type WrittenSequence,
} from "./seq2seq-report.js";
export * from "./similarity-report.js";
export { type AnswerScores, answerScores, answerWords, normalizedAnswer } from "./squad.js";
export * from "./squad-report.js";
export { type TaggingInput, type TaggingReport, taggingReport } from "./tagging-report.js";
export { type SearchResult, searchVectors, type VectorSearch } from "./vector-search.js";
