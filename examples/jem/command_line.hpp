// Options of the command line, by CLI11. An option reads all of its text as a value, or refuses it in one line.
#pragma once

#include "option.hpp"

#include <CLI/CLI.hpp>

#include <sstream>

namespace tool {

/// The text in lines of at most `width` characters, broken at blanks.
inline std::string wrapped(const std::string& text, std::size_t width = 70) {
  std::string lines, word;
  std::size_t column = 0;
  for (std::istringstream words(text); words >> word;) {
    const bool fits = column + 1 + word.size() <= width;
    if (column > 0) lines += fits ? ' ' : '\n';
    column = column > 0 && fits ? column + 1 + word.size() : word.size();
    lines += word;
  }
  return lines;
}

/// Help without "{false}", which CLI11 writes behind the names of flags that say the opposite.
inline std::string without_marks(std::string help) {
  const std::string mark = "{false}";
  for (auto at = help.find(mark); at != help.npos; at = help.find(mark, at)) help.replace(at, mark.size(), mark.size(), ' ');
  return help;
}

/// The first of several names, with its dashes.
inline std::string flag_of(const std::string& names) { return "--" + names.substr(0, names.find(',')); }

/// Adds an option that sets `to`. It refuses a value that `takes` does not accept, in one line.
template <class T, class Takes>
CLI::Option* add_option(CLI::App& app, const std::string& names, T& to, const std::string& help, const Takes& takes) {
  std::string all = "--" + names;
  for (auto at = all.find(','); at != all.npos; at = all.find(',', at + 1)) all.insert(at + 1, "--");
  if constexpr (std::same_as<Takes, or_else>) {
    const auto value = [both = jem::concat("expected ", flag_of(names), " or --", takes.name)](const std::string& text) {
      return text == "true" || text == "false" ? "" : jem::concat(both, " but received ", text);
    };
    const auto set = [&to](std::int64_t count) { to = count > 0; };
    return app.add_flag_function(jem::concat(all, ",!--", takes.name), set, wrapped(help))->check(CLI::Validator(value, ""));
  } else {
    const auto set = [&to, takes, name = names.substr(0, names.find(','))](const std::string& text) {
      T value{};
      if (!parse(text, value) || !takes.takes(value)) refuse(name, takes.template expected<T>(), text);
      to = std::move(value);
    };
    return app.add_option_function<std::string>(all, set, wrapped(help))->type_name("");
  }
}

}  // namespace tool
