/** @file Every operator there is, by name. Engines, the file format and the tests are exhaustive over this table. */
import * as elementwise from "./elementwise.js";
import { If } from "./if.js";
import * as lookup from "./lookup.js";
import * as matrix from "./matrix.js";
import * as quantized from "./quantized.js";
import * as recurrent from "./recurrent.js";
import * as reduction from "./reduction.js";
import { Scan } from "./scan.js";
import * as shaping from "./shaping.js";
import * as text from "./text.js";

/** All operator definitions; each stands under its ONNX name. */
export const opTable = {
  Abs: elementwise.Abs,
  Add: elementwise.Add,
  And: elementwise.And,
  ArgMax: reduction.ArgMax,
  Cast: elementwise.Cast,
  Concat: shaping.Concat,
  ConstantOfShape: shaping.ConstantOfShape,
  Cos: elementwise.Cos,
  CumSum: reduction.CumSum,
  Div: elementwise.Div,
  DynamicQuantizeLinear: quantized.DynamicQuantizeLinear,
  DynamicQuantizeLSTM: quantized.DynamicQuantizeLSTM,
  Equal: elementwise.Equal,
  Erf: elementwise.Erf,
  Exp: elementwise.Exp,
  Expand: shaping.Expand,
  Floor: elementwise.Floor,
  Gather: lookup.Gather,
  GatherElements: lookup.GatherElements,
  GRU: recurrent.GRU,
  Gemm: matrix.Gemm,
  Greater: elementwise.Greater,
  GreaterOrEqual: elementwise.GreaterOrEqual,
  Identity: elementwise.Identity,
  If,
  LabelEncoder: lookup.LabelEncoder,
  LayerNormalization: reduction.LayerNormalization,
  Less: elementwise.Less,
  LessOrEqual: elementwise.LessOrEqual,
  Log: elementwise.Log,
  LogSoftmax: reduction.LogSoftmax,
  LSTM: recurrent.LSTM,
  MatMul: matrix.MatMul,
  MatMulInteger: quantized.MatMulInteger,
  Max: elementwise.Max,
  Min: elementwise.Min,
  Mul: elementwise.Mul,
  Neg: elementwise.Neg,
  Not: elementwise.Not,
  OneHot: lookup.OneHot,
  Or: elementwise.Or,
  Pad: shaping.Pad,
  Pow: elementwise.Pow,
  Range: shaping.Range,
  Reciprocal: elementwise.Reciprocal,
  ReduceMax: reduction.ReduceMax,
  ReduceMean: reduction.ReduceMean,
  ReduceMin: reduction.ReduceMin,
  ReduceSum: reduction.ReduceSum,
  RegexFullMatch: text.RegexFullMatch,
  Relu: elementwise.Relu,
  Reshape: shaping.Reshape,
  Scan,
  ScatterElements: lookup.ScatterElements,
  Shape: shaping.ShapeOp,
  Sigmoid: elementwise.Sigmoid,
  Sign: elementwise.Sign,
  Sin: elementwise.Sin,
  Slice: shaping.Slice,
  Softmax: reduction.Softmax,
  Softplus: elementwise.Softplus,
  Split: shaping.Split,
  Sqrt: elementwise.Sqrt,
  Squeeze: shaping.Squeeze,
  StringConcat: lookup.StringConcat,
  StringSplit: text.StringSplit,
  Sub: elementwise.Sub,
  Tanh: elementwise.Tanh,
  Tokenizer: text.Tokenizer,
  TopK: lookup.TopK,
  Transpose: shaping.Transpose,
  Unique: lookup.Unique,
  Unsqueeze: shaping.Unsqueeze,
  Where: elementwise.Where,
} as const;

/** The name of an operator. */
export type OpName = keyof typeof opTable;

/** The attributes that an operator's nodes carry. */
export type AttributesOf<O extends OpName> = NonNullable<(typeof opTable)[O]["types"]>[1];

/** The inputs that an operator takes, as tensors. */
export type InputsOf<O extends OpName> = NonNullable<(typeof opTable)[O]["types"]>[0];
