// SPDX-License-Identifier: MIT
#include "support/temporary_directory.hpp"

#include <jem/io/report.hpp>

#include <doctest/doctest.h>

using jem::io::base64;
using jem::io::escape_html;
using jem::io::page;
using bytes = std::vector<std::uint8_t>;

namespace {

std::string base64_of(std::string_view text) { return base64(bytes(text.begin(), text.end())); }

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

int count(const std::string& text, const std::string& part) {
  int n = 0;
  for (auto i = text.find(part); i != std::string::npos; i = text.find(part, i + part.size())) ++n;
  return n;
}

bool is_void(const std::string& name) { return name == "!doctype" || name == "meta" || name == "img"; }

/// The first closing tag that does not belong to the innermost open one, or "unclosed X"; "" if all tags nest.
std::string misnested(const std::string& html) {
  std::vector<std::string> open;
  for (auto i = html.find('<'); i != std::string::npos; i = html.find('<', i + 1)) {
    const bool closes = html[i + 1] == '/';
    const auto first  = i + (closes ? 2 : 1);
    const auto name   = html.substr(first, html.find_first_of(" />\n", first) - first);
    if (is_void(name) || html[html.find('>', i) - 1] == '/') continue;
    if (!closes) {
      open.push_back(name);
    } else if (open.empty() || open.back() != name) {
      return "</" + name + ">";
    } else {
      open.pop_back();
    }
  }
  return open.empty() ? "" : "unclosed " + open.back();
}

page full_page() {
  page p("A title");
  p.heading("First");
  p.paragraph("A sentence.");
  p.list({"one", "two", "three"});
  p.table({{"", "a", "b"}, {"first", "1", "2"}, {"second", "3", "4"}});
  p.begin_row();
  p.figure_svg("<svg viewBox=\"0 0 1 1\"><path d=\"M0,0\"/></svg>", "a drawing");
  p.figure_png(bytes{1, 2, 3}, "a picture");
  p.end_row();
  return p;
}

const std::string nasty   = "<script>\"x\" & 'y'</script>";
const std::string escaped = "&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/script&gt;";

}  // namespace

TEST_CASE("escape_html escapes the five special characters of html once, and changes nothing else") {
  CHECK(escape_html("") == "");
  CHECK(escape_html("&<>\"'") == "&amp;&lt;&gt;&quot;&#39;");
  CHECK(escape_html("&amp;") == "&amp;amp;");
  CHECK(escape_html(nasty) == escaped);
  CHECK(escape_html("L∞, ε = 8/255\n") == "L∞, ε = 8/255\n");
}

TEST_CASE("base64 agrees with the test vectors of rfc 4648") {
  CHECK(base64_of("") == "");
  CHECK(base64_of("f") == "Zg==");
  CHECK(base64_of("fo") == "Zm8=");
  CHECK(base64_of("foo") == "Zm9v");
  CHECK(base64_of("foob") == "Zm9vYg==");
  CHECK(base64_of("fooba") == "Zm9vYmE=");
  CHECK(base64_of("foobar") == "Zm9vYmFy");
}

TEST_CASE("base64 takes bytes of 128 and more, and zeros") {
  CHECK(base64(bytes{0xff, 0xff, 0xff}) == "////");
  CHECK(base64(bytes{0xfb, 0xef, 0xbe}) == "++++");
  CHECK(base64(bytes{0}) == "AA==");
  CHECK(base64(bytes{0, 0, 0}) == "AAAA");
  CHECK(base64(bytes{0xff}) == "/w==");
  CHECK(base64(bytes{0x00, 0x10, 0x83, 0x10, 0x51, 0x87, 0x20, 0x92, 0x8b}) == "ABCDEFGHIJKL");
}

TEST_CASE("a page is one html document whose tags nest, even if the page is empty") {
  for (const auto& html : {page("A title").html(), full_page().html()}) {
    CHECK(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
    CHECK(html.ends_with("</html>\n"));
    CHECK(has(html, "<meta charset=\"utf-8\">"));
    CHECK(has(html, "<title>A title</title>"));
    CHECK(has(html, "<h1>A title</h1>"));
    CHECK(misnested(html) == "");
    for (const char* const once : {"<html", "<head>", "<body>", "<main>", "<title>", "<h1>"}) CHECK(count(html, once) == 1);
  }
}

TEST_CASE("a page refers to no other file or server") {
  const auto html = full_page().html();
  for (const char* const outside : {"http:", "https:", "//", "<link", "<script", "@import", "url("})
    CHECK_MESSAGE(!has(html, outside), outside);
  CHECK(count(html, "src=") == count(html, "src=\"data:"));
}

TEST_CASE("a page has its pieces in the order in which they were added") {
  const auto html  = full_page().html();
  std::size_t last = 0;
  for (const char* const piece :
       {"<h2>First</h2>", "<p>A sentence.</p>", "<li>one</li>", "<li>three</li>", "<th>second</th>", "<svg", "<img"}) {
    const auto found = html.find(piece);
    CHECK_MESSAGE(found != std::string::npos, piece);
    CHECK_MESSAGE(found > last, piece);
    last = found;
  }
}

TEST_CASE("the first row and the first column of a table are headings") {
  page p("t");
  p.table({{"", "a"}, {"first", "1"}, {"second", "2"}});
  const std::string rows = "<tr><th></th><th>a</th></tr>\n<tr><th>first</th><td>1</td></tr>\n<tr><th>second</th><td>2</td></tr>\n";
  CHECK(has(p.html(), "<table>\n" + rows + "</table>"));
}

TEST_CASE("a table has the given cells in bold") {
  jem::io::page p("t");
  p.table({{"", "a", "b"}, {"first", "1", "<2"}}, [](std::size_t i, std::size_t j) { return i == 1 && j == 2; });
  CHECK(has(p.html(), "<tr><th>first</th><td>1</td><td><b>&lt;2</b></td></tr>"));
}

TEST_CASE("a page has dark colours for readers who prefer them, and so do black lines of its drawings") {
  jem::io::page p("t");
  CHECK(has(p.html(), "@media(prefers-color-scheme:dark){:root{--paper:"));
  CHECK(has(p.html(), "svg [fill=\"black\"]{fill:var(--ink)}"));
}

TEST_CASE("the tags of an empty list, an empty table and a row without cells nest") {
  page p("t");
  p.list({});
  p.table({});
  p.table({{}, {"x"}});
  CHECK(misnested(p.html()) == "");
  CHECK(count(p.html(), "<li>") == 0);
  CHECK(count(p.html(), "<tr>") == 2);
}

TEST_CASE("text is escaped everywhere on a page") {
  page p(nasty);
  p.heading(nasty);
  p.paragraph(nasty);
  p.list({nasty});
  p.table({{nasty, nasty}, {nasty, nasty}});
  p.figure_svg("<svg></svg>", nasty);
  p.figure_png(bytes{}, nasty);
  const auto html = p.html();
  CHECK(!has(html, "<script"));
  CHECK(count(html, escaped) == 2 + 3 + 4 + 3);  // title and h1, three pieces, four cells, two captions and an alternative text
  CHECK(misnested(html) == "");
}

TEST_CASE("a page contains an svg as it is, and a png as base64") {
  page p("t");
  p.figure_svg("<svg><g/></svg>", "one");
  p.figure_png(bytes{'f', 'o', 'o', 'b'}, "two");
  CHECK(has(p.html(), "<figure><svg><g/></svg><figcaption>one</figcaption></figure>"));
  CHECK(has(p.html(), "<figure><img alt=\"two\" src=\"data:image/png;base64,Zm9vYg==\"><figcaption>two</figcaption></figure>"));
}

TEST_CASE("with_own_ids gives a prefix to the identifiers of an svg and to all references to them, and changes nothing else") {
  using jem::io::with_own_ids;
  const auto check = [](const std::string& before, const std::string& after) { CHECK(with_own_ids(before, "p-") == after); };
  check("<svg id=\"a\"><g\n\tid='b'/></svg>", "<svg id=\"p-a\"><g\n\tid='p-b'/></svg>");
  check("<use xlink:href='#b' id=\"c\"/><use href=\"#b\"/>", "<use xlink:href='#p-b' id=\"p-c\"/><use href=\"#p-b\"/>");
  check("<g clip-path=\"url(#b)\" style=\"mask:url('#c');fill:url(#d)\"/>",
        "<g clip-path=\"url(#p-b)\" style=\"mask:url('#p-c');fill:url(#p-d)\"/>");
  for (const std::string same : {"", "<g fill=\"#abc\" grid=\"a\" width=\"1\"/>", "<text>the id=\"a\", url(#a) and href=\"#a\"</text>",
                                 "<a href=\"x#a\"/>", "<g id="})
    check(same, same);
  check("<text title=\"it's > 1\">it's</text><g id='a'/>", "<text title=\"it's > 1\">it's</text><g id='p-a'/>");
}

TEST_CASE("identifiers of equal drawings on a page differ, and references lead to the same drawing") {
  page p("t");
  const std::string drawing = "<svg><defs><path id='dot'/></defs><use xlink:href='#dot'/><g id=\"plot\" clip-path=\"url(#dot)\"/></svg>";
  for (int i = 0; i < 3; ++i) p.figure_svg(drawing, "a drawing");
  const auto html = p.html();
  for (const std::string figure : {"figure1-", "figure2-", "figure3-"}) {
    CHECK(count(html, "id='" + figure + "dot'") == 1);
    CHECK(count(html, "id=\"" + figure + "plot\"") == 1);
    CHECK(count(html, "'#" + figure + "dot'") == 1);
    CHECK(count(html, "url(#" + figure + "dot)") == 1);
  }
  CHECK(count(html, "id='dot'") == 0);
}

TEST_CASE("writing a page replaces an old file and leaves no other file") {
  const test::temporary_directory place;
  test::put_file(place / "report.html", bytes(100'000, 'x'));
  std::ifstream reader(place / "report.html");
  full_page().write(place / "report.html");
  const auto html = full_page().html();
  CHECK(test::get_file(place / "report.html") == bytes(html.begin(), html.end()));
  CHECK(place.size() == 1);
  std::string seen;
  reader >> seen;
  CHECK(seen == std::string(100'000, 'x'));  // a program that had it open reads the old contents
}

TEST_CASE("a page that cannot be written throws and creates nothing") {
  const test::temporary_directory place;
  const auto message = test::message_of<std::runtime_error>([&] { full_page().write(place / "no" / "report.html"); });
  CHECK_MESSAGE(message.starts_with((place / "no" / "report.html").string() + ": expected to write"), message);
  CHECK(place.size() == 0);
}
