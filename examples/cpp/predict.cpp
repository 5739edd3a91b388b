// Labels texts with a file that `pytext-ts export` wrote, in C++17 over ONNX Runtime's C API alone.
// Usage: predict MODEL.onnx < texts.txt   (one text a line, UTF-8)
//
// One line a text, its fields set apart by tabs: the label and its score, then each slot as START:END:NAME, where the file
// finds slots. With several labels a text: each one that holds, with its score. Places count in the unit that the file was
// exported for (`--offset-unit utf8_bytes` for C++), the end exclusive.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// The part of ONNX Runtime's C API that is used, declared here so that a shared library is all that is needed to build. The
// library exports one function; it leads to a table of functions that is only ever appended to, so that an entry's index
// never changes. The first version of the table, which every ONNX Runtime gives, has all the entries below. A program that has
// onnxruntime_c_api.h can include it instead: names and arguments are the same.
struct OrtStatus;
struct OrtEnv;
struct OrtSession;
struct OrtSessionOptions;
struct OrtRunOptions;
struct OrtValue;
struct OrtAllocator;
struct OrtTypeInfo;
struct OrtTensorTypeAndShapeInfo;

/// An entry before it is given its type.
using Entry = void (*)();

struct OrtApiBase {
  const Entry* (*GetApi)(std::uint32_t version);
  const char* (*GetVersionString)();
};

extern "C" const OrtApiBase* OrtGetApiBase();

namespace {

/// Numbers of enumerations of the C API.
constexpr int kLogFatal = 4;
constexpr int kString = 8;

struct Api {
  const char* (*GetErrorMessage)(const OrtStatus*);
  OrtStatus* (*CreateEnv)(int severity, const char* id, OrtEnv**);
  OrtStatus* (*CreateSession)(const OrtEnv*, const char* path, const OrtSessionOptions*, OrtSession**);
  OrtStatus* (*Run)(OrtSession*, const OrtRunOptions*, const char* const* input_names, const OrtValue* const* inputs,
                    std::size_t input_count, const char* const* output_names, std::size_t output_count,
                    OrtValue** outputs);
  OrtStatus* (*CreateSessionOptions)(OrtSessionOptions**);
  OrtStatus* (*SetIntraOpNumThreads)(OrtSessionOptions*, int threads);
  OrtStatus* (*SessionGetInputCount)(const OrtSession*, std::size_t*);
  OrtStatus* (*SessionGetOutputCount)(const OrtSession*, std::size_t*);
  OrtStatus* (*SessionGetInputTypeInfo)(const OrtSession*, std::size_t index, OrtTypeInfo**);
  OrtStatus* (*SessionGetInputName)(const OrtSession*, std::size_t index, OrtAllocator*, char**);
  OrtStatus* (*SessionGetOutputName)(const OrtSession*, std::size_t index, OrtAllocator*, char**);
  OrtStatus* (*CreateTensorAsOrtValue)(OrtAllocator*, const std::int64_t* shape, std::size_t rank, int type, OrtValue**);
  OrtStatus* (*GetTensorMutableData)(OrtValue*, void**);
  OrtStatus* (*FillStringTensor)(OrtValue*, const char* const* strings, std::size_t count);
  OrtStatus* (*GetStringTensorDataLength)(const OrtValue*, std::size_t*);
  OrtStatus* (*GetStringTensorContent)(const OrtValue*, void* bytes, std::size_t length, std::size_t* starts,
                                       std::size_t count);
  OrtStatus* (*CastTypeInfoToTensorInfo)(const OrtTypeInfo*, const OrtTensorTypeAndShapeInfo**);
  OrtStatus* (*GetTensorElementType)(const OrtTensorTypeAndShapeInfo*, int*);
  OrtStatus* (*GetDimensionsCount)(const OrtTensorTypeAndShapeInfo*, std::size_t*);
  OrtStatus* (*GetTensorShapeElementCount)(const OrtTensorTypeAndShapeInfo*, std::size_t*);
  OrtStatus* (*GetTensorTypeAndShape)(const OrtValue*, OrtTensorTypeAndShapeInfo**);
  OrtStatus* (*AllocatorFree)(OrtAllocator*, void*);
  OrtStatus* (*GetAllocatorWithDefaultOptions)(OrtAllocator**);
  void (*ReleaseEnv)(OrtEnv*);
  void (*ReleaseStatus)(OrtStatus*);
  void (*ReleaseSession)(OrtSession*);
  void (*ReleaseValue)(OrtValue*);
  void (*ReleaseTypeInfo)(OrtTypeInfo*);
  void (*ReleaseTensorTypeAndShapeInfo)(OrtTensorTypeAndShapeInfo*);
  void (*ReleaseSessionOptions)(OrtSessionOptions*);
};

template <typename Function>
void bind(Function& function, Entry entry) {
  function = reinterpret_cast<Function>(entry);
}

Api load_api() {
  const Entry* table = OrtGetApiBase()->GetApi(1);
  if (table == nullptr) throw std::runtime_error("this ONNX Runtime does not give version 1 of its C API");
  Api api;
  bind(api.GetErrorMessage, table[2]);
  bind(api.CreateEnv, table[3]);
  bind(api.CreateSession, table[7]);
  bind(api.Run, table[9]);
  bind(api.CreateSessionOptions, table[10]);
  bind(api.SetIntraOpNumThreads, table[24]);
  bind(api.SessionGetInputCount, table[30]);
  bind(api.SessionGetOutputCount, table[31]);
  bind(api.SessionGetInputTypeInfo, table[33]);
  bind(api.SessionGetInputName, table[36]);
  bind(api.SessionGetOutputName, table[37]);
  bind(api.CreateTensorAsOrtValue, table[48]);
  bind(api.GetTensorMutableData, table[51]);
  bind(api.FillStringTensor, table[52]);
  bind(api.GetStringTensorDataLength, table[53]);
  bind(api.GetStringTensorContent, table[54]);
  bind(api.CastTypeInfoToTensorInfo, table[55]);
  bind(api.GetTensorElementType, table[60]);
  bind(api.GetDimensionsCount, table[61]);
  bind(api.GetTensorShapeElementCount, table[64]);
  bind(api.GetTensorTypeAndShape, table[65]);
  bind(api.AllocatorFree, table[76]);
  bind(api.GetAllocatorWithDefaultOptions, table[78]);
  bind(api.ReleaseEnv, table[92]);
  bind(api.ReleaseStatus, table[93]);
  bind(api.ReleaseSession, table[95]);
  bind(api.ReleaseValue, table[96]);
  bind(api.ReleaseTypeInfo, table[98]);
  bind(api.ReleaseTensorTypeAndShapeInfo, table[99]);
  bind(api.ReleaseSessionOptions, table[100]);
  return api;
}

const Api& api() {
  static const Api loaded = load_api();
  return loaded;
}

/// Throws what the runtime says went wrong.
void check(OrtStatus* status) {
  if (status == nullptr) return;
  const std::string message = api().GetErrorMessage(status);
  api().ReleaseStatus(status);
  throw std::runtime_error(message);
}

/// An object of the runtime that is released with its owner.
template <typename T>
using Owned = std::unique_ptr<T, void (*)(T*)>;

/// What a function of the runtime makes, `make` being given the place for it.
template <typename T, typename Make>
Owned<T> own(void (*release)(T*), Make make) {
  T* made = nullptr;
  check(make(&made));
  return Owned<T>(made, release);
}

OrtAllocator* allocator() {
  OrtAllocator* found = nullptr;
  check(api().GetAllocatorWithDefaultOptions(&found));
  return found;
}

/// How many values a tensor has.
std::size_t size_of(const OrtValue* tensor) {
  const auto info = own<OrtTensorTypeAndShapeInfo>(
      api().ReleaseTensorTypeAndShapeInfo, [&](auto** out) { return api().GetTensorTypeAndShape(tensor, out); });
  std::size_t count = 0;
  check(api().GetTensorShapeElementCount(info.get(), &count));
  return count;
}

/// The values of a tensor of numbers of type T.
template <typename T>
std::vector<T> numbers(OrtValue* tensor) {
  void* data = nullptr;
  check(api().GetTensorMutableData(tensor, &data));
  const T* first = static_cast<const T*>(data);
  return std::vector<T>(first, first + size_of(tensor));
}

std::vector<std::string> strings(const OrtValue* tensor) {
  std::size_t length = 0;
  check(api().GetStringTensorDataLength(tensor, &length));
  std::string bytes(length, '\0');
  std::vector<std::size_t> starts(size_of(tensor));
  check(api().GetStringTensorContent(tensor, bytes.data(), length, starts.data(), starts.size()));
  std::vector<std::string> found;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : length;
    found.push_back(bytes.substr(starts[i], end - starts[i]));
  }
  return found;
}

/// A labelled part of a text.
struct Slot {
  std::int64_t start;
  std::int64_t end;
  std::string name;
};

/// What the file says of one text.
struct Prediction {
  std::vector<std::pair<std::string, float>> labels;
  std::vector<Slot> slots;
};

/// The labelled parts that tags write, a token each: B-x and S-x start one, I-x and E-x go on with one of the same name or
/// start one, O is outside. A tag of another form, such as a part of speech, is a part by itself.
std::vector<Slot> slots_of(const std::vector<std::string>& tags, const std::vector<std::int64_t>& starts,
                           const std::vector<std::int64_t>& ends) {
  std::vector<Slot> slots;
  bool open = false;  // whether the last slot may go on
  for (std::size_t i = 0; i < tags.size() && starts[i] >= 0; ++i) {
    const std::string& tag = tags[i];
    const bool in_scheme = tag.size() > 2 && tag[1] == '-' && std::string("BIES").find(tag[0]) != std::string::npos;
    const std::string name = in_scheme ? tag.substr(2) : tag;
    if (open && in_scheme && (tag[0] == 'I' || tag[0] == 'E') && slots.back().name == name) {
      slots.back().end = ends[i];
    } else if (tag != "O") {
      slots.push_back({starts[i], ends[i], name});
    }
    open = in_scheme && (tag[0] == 'B' || tag[0] == 'I');
  }
  return slots;
}

/// An exported file that takes whole texts.
class Model {
 public:
  explicit Model(const char* path)
      : env_(own<OrtEnv>(api().ReleaseEnv, [](auto** out) { return api().CreateEnv(kLogFatal, "predict", out); })),
        session_(open(env_.get(), path)) {
    require_text(path);
    std::size_t count = 0;
    check(api().SessionGetOutputCount(session_.get(), &count));
    for (std::size_t i = 0; i < count; ++i) outputs_.push_back(name(api().SessionGetOutputName, i));
    for (const char* known : {"label", "labels", "tags"})
      if (has(known)) return;
    std::string all;
    for (const std::string& output : outputs_) all += (all.empty() ? "" : ", ") + output;
    throw std::runtime_error(std::string(path) + ": gives neither label, labels nor tags but " + all +
                             "; export a model that classifies or tags texts");
  }

  Prediction predict(const std::string& text) const {
    std::vector<const char*> names;
    for (const std::string& output : outputs_) names.push_back(output.c_str());
    std::vector<OrtValue*> results(names.size(), nullptr);
    const auto tensor = text_tensor(text);
    const OrtValue* given = tensor.get();
    const char* input = input_.c_str();
    OrtStatus* status =
        api().Run(session_.get(), nullptr, &input, &given, 1, names.data(), names.size(), results.data());
    std::vector<Owned<OrtValue>> owned;
    for (OrtValue* result : results) owned.emplace_back(result, api().ReleaseValue);
    check(status);
    return read([&](const char* output) { return results[index_of(output)]; });
  }

 private:
  static Owned<OrtSession> open(const OrtEnv* env, const char* path) {
    const auto options = own<OrtSessionOptions>(api().ReleaseSessionOptions, api().CreateSessionOptions);
    // One text is too little work to be shared.
    check(api().SetIntraOpNumThreads(options.get(), 1));
    return own<OrtSession>(api().ReleaseSession,
                           [&](auto** out) { return api().CreateSession(env, path, options.get(), out); });
  }

  /// Throws unless the one input is `text [batch]`, by whatever name.
  void require_text(const char* path) {
    std::size_t count = 0;
    check(api().SessionGetInputCount(session_.get(), &count));
    int type = 0;
    std::size_t rank = 0;
    if (count == 1) {
      const auto info = own<OrtTypeInfo>(api().ReleaseTypeInfo, [&](auto** out) {
        return api().SessionGetInputTypeInfo(session_.get(), 0, out);
      });
      const OrtTensorTypeAndShapeInfo* shape = nullptr;
      check(api().CastTypeInfoToTensorInfo(info.get(), &shape));
      check(api().GetTensorElementType(shape, &type));
      check(api().GetDimensionsCount(shape, &rank));
    }
    if (type != kString || rank != 1)
      throw std::runtime_error(std::string(path) +
                               ": does not take one text a row; export with --input text a model that reads texts alone");
    input_ = name(api().SessionGetInputName, 0);
  }

  /// The name of an input or output.
  std::string name(OrtStatus* (*of)(const OrtSession*, std::size_t, OrtAllocator*, char**), std::size_t index) const {
    char* found = nullptr;
    check(of(session_.get(), index, allocator(), &found));
    const std::string copy = found;
    check(api().AllocatorFree(allocator(), found));
    return copy;
  }

  std::size_t index_of(const char* output) const {
    return static_cast<std::size_t>(std::find(outputs_.begin(), outputs_.end(), output) - outputs_.begin());
  }

  bool has(const char* output) const { return index_of(output) < outputs_.size(); }

  static Owned<OrtValue> text_tensor(const std::string& text) {
    const std::int64_t shape[] = {1};
    auto tensor = own<OrtValue>(api().ReleaseValue, [&](auto** out) {
      return api().CreateTensorAsOrtValue(allocator(), shape, 1, kString, out);
    });
    // A NUL would end the string here: U+FFFD, of three bytes, is read for it, as where pytext-ts predicts.
    std::string whole;
    for (const char byte : text) byte == '\0' ? whole += "\xEF\xBF\xBD" : whole += byte;
    const char* bytes = whole.c_str();
    check(api().FillStringTensor(tensor.get(), &bytes, 1));
    return tensor;
  }

  Prediction read(const std::function<OrtValue*(const char*)>& result) const {
    Prediction prediction;
    if (has("label")) {
      const auto scores = numbers<float>(result("scores"));
      prediction.labels.emplace_back(strings(result("label"))[0], *std::max_element(scores.begin(), scores.end()));
    }
    if (has("labels")) {
      const auto scores = numbers<float>(result("scores"));
      const auto labels = strings(result("labels"));
      for (std::size_t i = 0; i < labels.size(); ++i)
        if (!labels[i].empty()) prediction.labels.emplace_back(labels[i], scores[i]);
    }
    if (has("tags"))
      prediction.slots = slots_of(strings(result("tags")), numbers<std::int64_t>(result("starts")),
                                  numbers<std::int64_t>(result("ends")));
    return prediction;
  }

  Owned<OrtEnv> env_;
  Owned<OrtSession> session_;
  std::string input_;
  std::vector<std::string> outputs_;
};

void print(const Prediction& prediction) {
  const char* between = "";
  for (const auto& [label, score] : prediction.labels) {
    std::printf("%s%s\t%.7g", between, label.c_str(), static_cast<double>(score));
    between = "\t";
  }
  for (const auto& [start, end, name] : prediction.slots) {
    std::printf("%s%lld:%lld:%s", between, static_cast<long long>(start), static_cast<long long>(end), name.c_str());
    between = "\t";
  }
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: predict MODEL.onnx < texts.txt\n");
    return 2;
  }
  std::size_t line = 0;
  try {
    const Model model(arguments[1]);
    for (std::string text; std::getline(std::cin, text);) {
      ++line;
      if (!text.empty() && text.back() == '\r') text.pop_back();
      print(model.predict(text));
    }
  } catch (const std::exception& error) {
    if (line > 0) std::fprintf(stderr, "line %zu: ", line);
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
