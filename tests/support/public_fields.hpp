// SPDX-License-Identifier: MIT
// The public data members of the types that headers define, read from their text, to be compared with a table of all of them.
// The reader understands only as much of C++ as these headers use.
#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// Names of types, "evaluate::pgd", each with the names of its public fields.
using public_fields = std::map<std::string, std::set<std::string>>;

namespace detail {

inline bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// A text without comments, quotes and lines of the preprocessor.
inline std::string bare_code(std::string_view text) {
  std::string bare;
  const auto skip_to = [&](std::string_view end, std::size_t from) { return std::min(text.size(), text.find(end, from)); };
  for (std::size_t at = 0; at < text.size();) {
    const auto rest       = text.substr(at);
    const bool after_word = !bare.empty() && in_word(bare.back());
    if (rest.starts_with("//") || (rest[0] == '#' && (bare.empty() || bare.back() == '\n'))) {
      at = skip_to("\n", at);
    } else if (rest.starts_with("/*")) {
      at = skip_to("*/", at) + 2;
    } else if (rest.starts_with("R\"(")) {
      at = skip_to(")\"", at) + 2;
    } else if (rest[0] == '"' || (rest[0] == '\'' && !after_word)) {  // the ' of 1'000 follows a digit
      for (++at; at < text.size() && text[at] != rest[0]; ++at) at += text[at] == '\\' ? 1 : 0;
      ++at;
    } else {
      bare += rest[0];
      ++at;
    }
  }
  return bare;
}

inline std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found(1);
  for (const char c : text) {
    if (in_word(c)) {
      found.back() += c;
    } else if (!found.back().empty()) {
      found.emplace_back();
    }
  }
  if (found.back().empty()) found.pop_back();
  return found;
}

/// The pieces between commas that no bracket encloses.
inline std::vector<std::string> split_at_commas(std::string_view text) {
  std::vector<std::string> pieces(1);
  int depth = 0;
  for (const char c : text) {
    depth += c == '<' || c == '(' || c == '[' ? 1 : (c == '>' || c == ')' || c == ']' ? -1 : 0);
    if (c == ',' && depth == 0) {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return pieces;
}

/// A text without the template parameters at its beginning.
inline std::string_view after_template(std::string_view text) {
  const auto start = text.find_first_not_of(" \n");
  if (start == std::string_view::npos || !text.substr(start).starts_with("template")) return text;
  int depth = 0;
  for (std::size_t i = text.find('<'); i < text.size(); ++i) {
    depth += text[i] == '<' ? 1 : (text[i] == '>' ? -1 : 0);
    if (depth == 0) return after_template(text.substr(i + 1));
  }
  return text;
}

/// The name of the type that a text before { begins, or "".
inline std::string type_begun_by(std::string_view text) {
  const auto all = words(after_template(text));
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    if (all[i] == "enum") return "";
    if (all[i] == "struct" || all[i] == "class") return all[i + 1];
  }
  return "";
}

/// The fields that a text before ; declares: none if it is something else.
inline std::vector<std::string> fields_declared_by(std::string_view text) {
  static const std::set<std::string> others{"using", "typedef", "friend", "static", "template", "enum", "struct", "class", "static_assert"};
  const auto all = words(text);
  if (all.size() < 2 || others.contains(all[0]) || std::ranges::find(all, "operator") != all.end()) return {};
  std::vector<std::string> fields;
  for (const auto& piece : split_at_commas(text)) {
    const auto declared = piece.substr(0, piece.find_first_of("=["));
    const auto bracket  = declared.find('(');
    if (bracket != std::string::npos && declared.find('<') > bracket) return {};  // a function
    const auto named = words(declared.substr(declared.rfind('>') == std::string::npos ? 0 : declared.rfind('>') + 1));
    if (!named.empty()) fields.push_back(named.back());
  }
  return fields;
}

/// Reads one header.
class field_reader {
 public:
  explicit field_reader(public_fields& found) : found_(&found) {}

  void read(std::string_view text) {
    for (const char c : bare_code(text)) {
      if (c == '{') {
        open();
      } else if (c == '}') {
        close();
      } else if (c == ';') {
        end_statement();
      } else if (c == ':' && set_access()) {
        before_.clear();
      } else if (!hidden()) {
        before_ += c;
      }
    }
  }

 private:
  enum class kind { space, type, initialiser, body };

  struct scope {
    kind what;
    std::string name;  // "" inside of jem
    bool open = true;  // public
  };

  bool hidden() const { return !scopes_.empty() && (scopes_.back().what == kind::body || scopes_.back().what == kind::initialiser); }

  void open() {
    const auto all         = words(before_);
    const std::string type = type_begun_by(before_);
    if (hidden()) {
      scopes_.push_back({kind::body, ""});
      return;
    }
    if (std::ranges::find(all, "namespace") != all.end()) {
      std::string name;
      for (const auto& word : all) {
        if (word != "inline" && word != "namespace" && word != "jem" && word != "v0") name += word + "::";
      }
      scopes_.push_back({all.size() == 1 || name == "detail::" || name.ends_with("::detail::") ? kind::body : kind::space, name});
    } else if (!type.empty()) {
      const bool seen   = scopes_.empty() || scopes_.back().open;
      const auto head   = words(after_template(before_));
      const bool opened = std::ranges::find(head, "struct") != head.end();
      scopes_.push_back({seen ? kind::type : kind::body, type + "::", opened});
    } else if (before_.find('(') == std::string::npos && !scopes_.empty() && scopes_.back().what == kind::type) {
      scopes_.push_back({kind::initialiser, ""});
      return;  // the declaration continues after it
    } else {
      scopes_.push_back({kind::body, ""});
    }
    before_.clear();
  }

  void close() {
    if (scopes_.empty()) return;
    const bool goes_on = scopes_.back().what == kind::initialiser;
    scopes_.pop_back();
    if (!goes_on && !hidden()) before_.clear();
  }

  void end_statement() {
    if (hidden()) return;
    if (!scopes_.empty() && scopes_.back().what == kind::type && scopes_.back().open) {
      std::string type;
      for (const auto& s : scopes_) type += s.name;
      for (const auto& field : fields_declared_by(before_)) (*found_)[type.substr(0, type.size() - 2)].insert(field);
    }
    before_.clear();
  }

  bool set_access() {
    if (scopes_.empty() || scopes_.back().what != kind::type) return false;
    const auto all = words(before_);
    if (all.size() != 1 || (all[0] != "public" && all[0] != "private" && all[0] != "protected")) return false;
    scopes_.back().open = all[0] == "public";
    return true;
  }

  public_fields* found_;
  std::vector<scope> scopes_;
  std::string before_;  // what has been read of a statement
};

}  // namespace detail

/// The public fields in the text of one header. Types in a namespace called detail, or in one without a name, are left out.
inline public_fields read_public_fields(std::string_view text) {
  public_fields found;
  detail::field_reader(found).read(text);
  return found;
}

/// The public fields of all headers under a folder.
inline public_fields read_public_fields_under(const std::filesystem::path& folder) {
  public_fields found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().extension() != ".hpp") continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    for (const auto& [type, fields] : read_public_fields(text)) found[type].insert(fields.begin(), fields.end());
  }
  return found;
}

}  // namespace test
