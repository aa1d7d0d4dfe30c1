// SPDX-License-Identifier: MIT
// A self-contained page: headings, sentences, tables and figures as one HTML file that needs no network. It is light or dark according to
// the settings of the reader's system, and the black and grey parts of its drawings change with it.
#pragma once

#include <jem/core/concat.hpp>
#include <jem/io/file.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jem::inline v0::io {

/// Text as HTML: the five special characters are escaped.
inline std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// Bytes in base64 (RFC 4648, section 4).
inline std::string base64(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group    = 0;
    for (std::size_t k = 0; k < 3; ++k) group = group << 8 | (k < left ? bytes[i + k] : 0u);
    for (std::size_t k = 0; k < 4; ++k) out += k <= left ? digits[group >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

namespace detail {

/// If `tag` begins with ` id="`, `href="#` or `url(#`, or the same with other quotes, which come before an identifier: the length of that
/// text. Otherwise 0.
inline std::size_t before_identifier(std::string_view tag) {
  constexpr std::string_view blanks = " \n\r\t", quotes = "\"'";
  const auto is = [&](std::size_t i, std::string_view any) { return i < tag.size() && any.find(tag[i]) != std::string_view::npos; };
  if (is(0, blanks) && tag.substr(1, 3) == "id=" && is(4, quotes)) return 5;
  if (tag.starts_with("href=") && is(5, quotes) && is(6, "#")) return 7;
  if (!tag.starts_with("url(")) return 0;
  const std::size_t quote = is(4, quotes) ? 1 : 0;
  return is(4 + quote, "#") ? 5 + quote : 0;
}

}  // namespace detail

/// An SVG element with `prefix` before all its identifiers, and before the references to them in href="#…" and url(#…). Identifiers have to
/// be unique in a page, but all drawings of one program have the same ones. Style sheets are not changed.
inline std::string with_own_ids(std::string_view svg, std::string_view prefix) {
  std::string out;
  bool in_tag = false;
  char quote  = 0;  // around the value of an attribute; 0 outside of one
  for (std::size_t at = 0; at < svg.size();) {
    const std::size_t head = in_tag ? detail::before_identifier(svg.substr(at)) : 0;
    const auto before      = svg.substr(at, std::max<std::size_t>(1, head));
    for (const char c : before) {
      if (quote == 0 && (c == '<' || c == '>')) in_tag = c == '<';
      if (in_tag && (c == '"' || c == '\'') && (quote == 0 || quote == c)) quote = quote == 0 ? c : 0;
    }
    out.append(before).append(head > 0 ? prefix : "");
    at += before.size();
  }
  return out;
}

/// A page of HTML, to which pieces are appended in reading order; `html` returns the whole page. Text is escaped. An SVG is not changed,
/// except for its identifiers.
class page {
 public:
  /// A page that begins with its title.
  explicit page(std::string_view title) : title_(escape_html(title)) { body_ += concat("<h1>", title_, "</h1>\n"); }

  /// Begins a section.
  void heading(std::string_view text) { body_ += concat("<h2>", escape_html(text), "</h2>\n"); }
  /// Appends a paragraph.
  void paragraph(std::string_view text) { body_ += concat("<p>", escape_html(text), "</p>\n"); }

  /// Appends a list with a bullet for each item.
  void list(const std::vector<std::string>& items) {
    body_ += "<ul>\n";
    for (const auto& item : items) body_ += concat("<li>", escape_html(item), "</li>\n");
    body_ += "</ul>\n";
  }

  /// Appends a table: the first row is its head, and the first column names the rows.
  void table(const std::vector<std::vector<std::string>>& rows) {
    table(rows, [](std::size_t, std::size_t) { return false; });
  }
  /// The same with some cells in bold: those for which strong(row, column) is true.
  template <std::predicate<std::size_t, std::size_t> F>
  void table(const std::vector<std::vector<std::string>>& rows, F strong) {
    body_ += "<div class=\"wide\"><table>\n";
    for (std::size_t i = 0; i < rows.size(); ++i) {
      body_ += "<tr>";
      for (std::size_t j = 0; j < rows[i].size(); ++j) {
        const std::string tag = i == 0 || j == 0 ? "th" : "td";
        const bool bold       = strong(i, j);
        body_ += concat("<", tag, ">", bold ? "<b>" : "", escape_html(rows[i][j]), bold ? "</b>" : "", "</", tag, ">");
      }
      body_ += "</tr>\n";
    }
    body_ += "</table></div>\n";
  }

  /// Begins a row of figures, which are side by side if there is room.
  void begin_row() { body_ += "<div class=\"row\">\n"; }
  /// Ends the row of figures.
  void end_row() { body_ += "</div>\n"; }

  /// Appends an SVG element above its caption. Its identifiers get a prefix that is different for each figure, see with_own_ids.
  void figure_svg(const std::string& svg, std::string_view caption) {
    figure(with_own_ids(svg, concat("figure", ++drawings_, "-")), caption);
  }

  /// Appends a picture, given as the bytes of a PNG file, above its caption, which is also its alternative text.
  void figure_png(std::span<const std::uint8_t> png, std::string_view caption) {
    figure(concat("<img alt=\"", escape_html(caption), "\" src=\"data:image/png;base64,", base64(png), "\">"), caption);
  }

  /// The page so far.
  std::string html() const {
    return concat(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>",
        title_, "</title>\n<style>\n", style(), "</style>\n</head>\n<body>\n<main>\n", body_, "</main>\n</body>\n</html>\n");
  }

  /// Writes `html()`. Throws what write_file throws.
  void write(const std::filesystem::path& path) const { write_file(path, html()); }

 private:
  void figure(const std::string& content, std::string_view caption) {
    body_ += concat("<figure>", content, "<figcaption>", escape_html(caption), "</figcaption></figure>\n");
  }

  static std::string style() {
    return ":root{color-scheme:light dark;--paper:#fff;--ink:#1a1c1f;--soft:#555b63;--line:#dfe2e6}\n"
           "@media(prefers-color-scheme:dark){:root{--paper:#15181c;--ink:#e9e7e3;--soft:#a9b0b8;--line:#3a4048}}\n"
           "body{margin:0;background:var(--paper);color:var(--ink);font:17px/1.6 system-ui,sans-serif}\n"
           "main{max-width:62rem;margin:0 auto;padding:1rem 1.25rem 4rem}p,li{max-width:46rem}\n"
           "h1{font-size:1.8rem;line-height:1.2;margin:2rem 0 1rem}h2{font-size:1.3rem;margin:2.6rem 0 .6rem}\n"
           ".wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.95rem}\n"
           "th,td{padding:.3rem .7rem;border-bottom:1px solid var(--line);text-align:right}b{font-weight:700}\n"
           "th:first-child{text-align:left;font-weight:500}td{white-space:nowrap}tr:first-child th{border-bottom:2px solid var(--soft)}\n"
           ".row{display:flex;flex-wrap:wrap;gap:1.2rem}.row figure{flex:1 1 18rem;max-width:30rem}\n"
           "figure{margin:1rem 0}figure svg,figure img{width:100%;height:auto;display:block}\n"
           "figure img{image-rendering:pixelated}figcaption{font-size:.9rem;color:var(--soft);margin-top:.4rem}\n"
           "svg [fill=\"black\"]{fill:var(--ink)}svg [stroke=\"black\"],svg [stroke=\"rgb(  0,   0,   0)\"]{stroke:var(--ink)}svg [color=\"black\"]{color:var(--ink)}\n"
           "svg [stroke=\"rgb(221, 221, 221)\"]{stroke:var(--line)}svg [color=\"gray\"]{color:var(--line)}\n"
           "li{margin:.3rem 0}@media(max-width:32rem){th,td{padding:.3rem .35rem}table{font-size:.85rem}}\n";
  }

  std::string title_;
  std::string body_;
  int drawings_ = 0;  // SVG elements so far
};

}  // namespace jem::inline v0::io
