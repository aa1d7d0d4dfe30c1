#include "report.hpp"

#include "padded.hpp"

#include <jem/io/gnuplot.hpp>
#include <jem/io/report.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <iterator>
#include <map>

namespace tool {

namespace {

struct row {
  const char* name;
  const char* path;  ///< a JSON pointer into the table
  bool larger_is_better;
};

constexpr row rows[] = {
    {"accuracy", "/accuracy", true},
    {"NLL", "/nll", false},
    {"Brier score", "/brier", false},
    {"ECE, 15 bins", "/ece", false},
    {"AUROC log p(x): noise", "/ood/noise/log_px", true},
    {"AUROC log p(x): inverted", "/ood/inverted/log_px", true},
    {"AUROC log p(x): interpolated", "/ood/interpolated/log_px", true},
    {"AUROC log p(x): permuted", "/ood/permuted/log_px", true},
    {"AUROC log p(x): constant", "/ood/constant/log_px", true},
    {"AUROC log p(x): gratings", "/ood/gratings/log_px", true},
    {"AUROC max p(y|x): noise", "/ood/noise/max_py", true},
    {"AUROC max p(y|x): inverted", "/ood/inverted/max_py", true},
    {"AUROC max p(y|x): interpolated", "/ood/interpolated/max_py", true},
    {"AUROC max p(y|x): permuted", "/ood/permuted/max_py", true},
    {"AUROC max p(y|x): constant", "/ood/constant/max_py", true},
    {"AUROC max p(y|x): gratings", "/ood/gratings/max_py", true},
    {"AUROC approximate mass: noise", "/ood/noise/approximate_mass", true},
    {"AUROC approximate mass: inverted", "/ood/inverted/approximate_mass", true},
    {"AUROC approximate mass: interpolated", "/ood/interpolated/approximate_mass", true},
    {"robust accuracy, L∞ 8/255", "/robust/linf/8", true},
    {"robust accuracy, L∞ 16/255", "/robust/linf/16", true},
    {"robust accuracy, L∞ 32/255", "/robust/linf/32", true},
    {"robust accuracy, L2 128/255", "/robust/l2/128", true},
    {"robust accuracy, L2 256/255", "/robust/l2/256", true},
    {"strong attack, L∞ 8/255", "/robust_strong/linf/8", true},
    {"strong attack, L∞ 16/255", "/robust_strong/linf/16", true},
    {"strong attack, L∞ 32/255", "/robust_strong/linf/32", true},
    {"strong attack, L2 128/255", "/robust_strong/l2/128", true},
    {"strong attack, L2 256/255", "/robust_strong/l2/256", true},
};

/// The rows whose figures were measured.
std::vector<row> rows_of(const comparison& c) {
  std::vector<row> measured;
  const auto known = [&](const row& r) { return c.sides.front().figures.contains(table::json_pointer(r.path)); };
  std::ranges::copy_if(rows, std::back_inserter(measured), known);
  return measured;
}

double at(const table& figures, const char* path) { return figures.at(table::json_pointer(path)).get<double>(); }

std::string number(double value, int digits = 3) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string data_block(const std::string& name, const std::vector<std::vector<double>>& points) {
  std::string text = "$" + name + " << EOD\n";
  for (const auto& point : points) {
    for (const double x : point) text += (std::isfinite(x) ? number(x, 6) : std::string("NaN")) + " ";
    text += "\n";
  }
  return text + "EOD\n";
}

constexpr const char* frame =
    "set border 3\nset tics nomirror out\nset grid lc rgb '#dddddd'\nset key above center horizontal Left reverse samplen 2\n";

// Colours of Okabe and Ito's palette, which colour-blind people can tell apart: those that are visible on white and on near-black.
constexpr const char* colours[]        = {"#0072b2", "#d55e00", "#cc79a7", "#009e73"};  // of sets of images
constexpr const char* colour_of_side[] = {"#d55e00", "#0072b2", "#009e73"};

/// The means over groups of successive iterations, so that a curve of noisy batches can be read.
template <class F>
std::vector<std::vector<double>> smooth(const std::vector<jem::training_info>& curve, F value) {
  const std::size_t width = std::max<std::size_t>(1, curve.size() / 80);
  std::vector<std::vector<double>> points;
  for (std::size_t first = 0; first + width <= curve.size(); first += width) {
    double sum = 0;
    for (std::size_t i = first; i < first + width; ++i) sum += static_cast<double>(value(curve[i]));
    points.push_back({static_cast<double>(first + width), sum / static_cast<double>(width)});
  }
  return points;
}

/// "plot $side0 using …, $side1 …": a curve for each column, from the data block of that name.
std::string plot_of_sides(const comparison& c, const char* using_columns, const char* style) {
  std::string plot = "plot ";
  for (std::size_t i = 0; i < c.sides.size(); ++i) {
    plot += (i > 0 ? ", " : "") + ("$side" + std::to_string(i)) + using_columns + " with " + style + " lw 2 lc rgb '" + colour_of_side[i] +
            "' title '" + c.sides[i].name + "'";
  }
  return plot + "\n";
}

std::string accuracy_curves(const comparison& c) {
  std::string script;
  for (std::size_t i = 0; i < c.sides.size(); ++i) {
    script += data_block("side" + std::to_string(i), smooth(c.sides[i].curve, [](const auto& info) { return info.accuracy; }));
  }
  return script + frame + "set xlabel 'iteration'\nset ylabel 'accuracy on training batches'\nset yrange [0:1.02]\n" +
         plot_of_sides(c, "", "lines");
}

std::string energy_curves(const contestant& chains) {
  return data_block("data", smooth(chains.curve, [](const auto& i) { return i.energy_data; })) +
         data_block("samples", smooth(chains.curve, [](const auto& i) { return i.energy_sample; })) + frame +
         "set xlabel 'iteration'\nset ylabel 'mean energy'\n"
         "plot $data with lines lw 2 lc rgb '#0072b2' title 'data', $samples with lines lw 2 lc rgb '#cc79a7' title 'its own samples'\n";
}

std::string residual_curve(const contestant& matched) {
  return data_block("residual", smooth(matched.curve, [](const auto& i) { return i.residual; })) + frame +
         "set key off\nset xlabel 'iteration'\nset ylabel 'mean square residual'\nset yrange [0:*]\n"
         "plot $residual with lines lw 2 lc rgb '#009e73'\n";
}

/// The number of images in the fullest bin.
jem::index_t fullest(const contestant& who) { return std::ranges::max(who.behind.bins, {}, &jem::metrics::reliability_bin::count).count; }

/// Pale bars for the accuracies of the bins. Each bar has a dark core, whose width grows with the square root of the number of images.
std::string reliability(const contestant& who, const char* colour) {
  std::vector<std::vector<double>> bars;
  const auto most = static_cast<double>(fullest(who));
  for (const auto& bin : who.behind.bins) {
    if (bin.count == 0) continue;
    const double width = 0.9 * (bin.high - bin.low);
    bars.push_back({(bin.low + bin.high) / 2, bin.accuracy, width, width * std::sqrt(static_cast<double>(bin.count) / most)});
  }
  return data_block("bars", bars) + frame +
         "set key off\nset size ratio 1\nset xrange [0:1]\nset yrange [0:1]\nset xlabel 'confidence'\nset ylabel 'accuracy'\n" +
         "plot $bars using 1:2:3 with boxes fs solid 0.3 noborder lc rgb '" + colour +
         "', $bars using 1:2:4 with boxes fs solid 1 noborder lc rgb '" + colour + "', x with lines lw 2 dt 2 lc rgb 'black'\n";
}

/// Shares of the images in 40 intervals of log p(x): a curve for the judged images and for three made-up sets, since there are four
/// colours. `kind` says which images of the data were judged.
std::string score_histogram(const contestant& who, const std::string& kind) {
  std::map<std::string, std::vector<double>> drawn;
  for (const char* const set : {"test", "noise", "inverted", "interpolated"}) drawn.emplace(set, who.behind.log_px.at(set));
  double low = INFINITY, high = -INFINITY;
  for (const auto& [set, scores] : drawn) {
    for (const double s : scores) {
      if (std::isfinite(s)) low = std::min(low, s), high = std::max(high, s);
    }
  }
  constexpr std::size_t bins = 40;
  const double width         = std::max(1e-9, (high - low) / static_cast<double>(bins));
  std::string script, plot = "plot ";
  std::size_t which = 0;
  for (const auto& [set, scores] : drawn) {
    std::vector<double> counts(bins);
    for (const double s : scores) {
      if (std::isfinite(s)) ++counts[std::min(bins - 1, static_cast<std::size_t>((s - low) / width))];
    }
    std::vector<std::vector<double>> points;
    for (std::size_t b = 0; b < bins; ++b)
      points.push_back({low + (static_cast<double>(b) + 0.5) * width, counts[b] / static_cast<double>(scores.size())});
    script += data_block("set" + std::to_string(which), points);
    plot += (which > 0 ? ", " : "") + ("$set" + std::to_string(which)) + " with " +
            (set == "test" ? "fillsteps fs solid 0.3 noborder" : "steps lw 2") + " lc rgb '" + colours[which % 4] + "' title '" +
            (set == "test" ? kind : set) + "'";
    ++which;
  }
  return script + frame + "set xlabel 'log p(x), up to a constant'\nset ylabel 'share of images'\n" + plot + "\n";
}

std::string robustness(const comparison& c, const char* norm, std::initializer_list<int> radii) {
  std::string script;
  for (std::size_t i = 0; i < c.sides.size(); ++i) {
    std::vector<std::vector<double>> points{{0, at(c.sides[i].figures, "/accuracy")}};
    for (const int radius : radii) {
      const std::string path = std::string("/robust/") + norm + "/" + std::to_string(radius);
      points.push_back({static_cast<double>(radius), at(c.sides[i].figures, path.c_str())});
    }
    script += data_block("side" + std::to_string(i), points);
  }
  return script + frame + "set yrange [0:1.02]\nset ylabel 'accuracy under attack'\nset xlabel 'radius · 255, " +
         (std::string(norm) == "linf" ? "L∞" : "L2") + "'\n" + plot_of_sides(c, " using 1:2", "linespoints pt 7");
}

/// The figures of a row, one for each column, with three digits after the point.
std::vector<std::string> numbers_of(const comparison& c, const row& r) {
  std::vector<std::string> cells;
  for (const auto& side : c.sides) cells.push_back(number(at(side.figures, r.path)));
  return cells;
}

/// Which of the numbers are the best, compared as they are printed; none if all are equal.
std::vector<bool> best_of(const std::vector<std::string>& cells, bool larger) {
  std::vector<double> values;
  for (const auto& cell : cells) values.push_back(std::stod(cell));
  const auto [least, most] = std::ranges::minmax(values);
  std::vector<bool> best;
  for (const double v : values) best.push_back(least < most && v == (larger ? most : least));
  return best;
}

}  // namespace

std::string terminal_table(const comparison& c) {
  constexpr std::size_t width = 15;
  std::string text            = padded("", 38, true);
  for (const auto& side : c.sides) text += padded(side.name, width, false);
  text += "\n";
  const auto line = [&](const std::string& name, const std::vector<std::string>& cells, bool larger) {
    const auto best = best_of(cells, larger);
    text += padded(name, 38, true);
    for (std::size_t i = 0; i < cells.size(); ++i) text += padded((best[i] ? "*" : "") + cells[i], width, false);
    text += "\n";
  };
  for (const auto& r : rows_of(c)) line(r.name, numbers_of(c, r), r.larger_is_better);
  std::vector<std::string> seconds;
  for (const auto& side : c.sides) seconds.push_back(number(side.seconds, 1));
  line("training, seconds", seconds, false);
  return text + "* the best of its row; " + (c.seeds == 1 ? std::string("one seed") : "medians of " + std::to_string(c.seeds) + " seeds") +
         "; " + std::to_string(c.judged) + " " + c.kind + " images\n";
}

namespace {

/// The bins that hold images: how sure the network was of them, and how often it was right.
std::string terminal_bins(const judged_network& network) {
  const std::string of = network.name.empty() ? "" : ", " + network.name;
  std::string text     = "\n" + padded("confidence" + of, 32, true) + padded("mean", 8, false) + padded("accuracy", 10, false) +
                     padded("images", 8, false) + "\n";
  for (const auto& bin : network.bins) {
    if (bin.count == 0) continue;
    text += padded("above " + number(bin.low) + " up to " + number(bin.high), 32, true) + padded(number(bin.confidence), 8, false) +
            padded(number(bin.accuracy), 10, false) + padded(std::to_string(bin.count), 8, false) + "\n";
  }
  return text;
}

}  // namespace

std::string terminal_table(const std::vector<judged_network>& networks) {
  static const std::map<std::string, std::string> names{{"nll", "NLL"},
                                                        {"brier", "Brier score"},
                                                        {"ece", "ECE, 15 bins"},
                                                        {"mce", "MCE, 15 bins"},
                                                        {"ood", "AUROC"},
                                                        {"aupr", "AUPR"},
                                                        {"fpr95", "FPR95"},
                                                        {"log_px", "log p(x)"},
                                                        {"max_py", "max p(y|x)"},
                                                        {"linf", "L∞"},
                                                        {"l2", "L2"},
                                                        {"approximate_mass", "approximate mass"}};
  const auto name      = [](const std::string& key) { return names.contains(key) ? names.at(key) : key; };
  using pointer        = table::json_pointer;
  const table& figures = networks.front().figures;
  std::vector<std::pair<std::string, pointer>> lines;
  const auto line = [&](const std::string& what, const pointer& where) { lines.emplace_back(what, where); };
  for (const auto* key : {"accuracy", "nll", "brier", "ece", "mce"}) line(name(key), pointer() / key);
  for (const auto* measure : {"ood", "aupr", "fpr95"}) {
    for (const auto& [set, scores] : figures.at(measure).items()) {
      for (const auto& each : scores.items())
        line(name(measure) + " " + name(each.key()) + ": " + set, pointer() / measure / set / each.key());
    }
  }
  for (const auto& [key, attack] : {std::pair{"robust", "robust accuracy, "}, std::pair{"robust_strong", "strong attack, "}}) {
    if (!figures.contains(key)) continue;
    for (const auto& [norm, radii] : figures.at(key).items()) {
      for (const auto& each : radii.items()) line(attack + name(norm) + " " + each.key() + "/255", pointer() / key / norm / each.key());
    }
  }
  std::size_t width = 42;
  for (const auto& each : lines) width = std::max(width, columns(each.first));
  std::string text;
  if (networks.size() > 1) {
    text = padded("", width, true);
    for (const auto& network : networks) text += padded(network.name, 15, false);
    text += "\n";
  }
  for (const auto& [what, where] : lines) {
    text += padded(what, width, true);
    for (const auto& network : networks)
      text += padded(number(network.figures.at(where).get<double>()), networks.size() > 1 ? 15 : 10, false);
    text += "\n";
  }
  for (const auto& network : networks) text += terminal_bins(network);
  return text;
}

std::vector<std::string> drawbacks(const comparison& c) {
  const auto& own = c.sides.back();
  std::vector<std::string> sentences;
  const auto seconds = std::ranges::min(c.sides, {}, &contestant::seconds);
  if (own.seconds > seconds.seconds) {
    sentences.push_back("Training: " + number(own.seconds, 0) + " seconds against " + number(seconds.seconds, 0) + " of " + seconds.name +
                        ".");
  }
  for (const auto& r : rows_of(c)) {
    const auto cells = numbers_of(c, r);
    const auto best  = best_of(cells, r.larger_is_better);
    if (best.back() || std::ranges::none_of(best, std::identity{})) continue;
    const auto i = static_cast<std::size_t>(std::ranges::find(best, true) - best.begin());
    sentences.push_back(std::string(r.name) + ": " + cells.back() + " against " + cells[i] + " of " + c.sides[i].name + ".");
  }
  return sentences;
}

namespace {

/// "a", "a and b", "a, b, and c".
std::string enumerated(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const bool last = i > 0 && i + 1 == names.size();
    text += (i == 0 ? "" : last ? (i == 1 ? " and " : ", and ") : ", ") + names[i];
  }
  return text;
}

/// The sets that a network was judged against, in words.
std::string other_sets(const table& figures) {
  static const std::map<std::string, std::string> words{{"noise", "uniform noise"},
                                                        {"inverted", "the same images inverted"},
                                                        {"interpolated", "means of two of them of different classes"},
                                                        {"permuted", "the same images with their pixels in any order"},
                                                        {"constant", "images of one grey"},
                                                        {"gratings", "waves"}};
  std::vector<std::string> sets;
  for (const auto& [set, scores] : figures.at("ood").items()) sets.push_back(words.contains(set) ? words.at(set) : set);
  return enumerated(sets);
}

std::string reliability_caption(const std::string& name, const contestant& who) {
  return name + ": ECE " + number(at(who.figures, "/ece")) +
         ". The pale bars are bins of confidence. The width of the dark core of a bar grows with the square root of the number of images in "
         "its bin; the fullest one stands for " +
         std::to_string(fullest(who)) + " images.";
}

}  // namespace

void write_report(const comparison& c, const std::filesystem::path& path) {
  auto scratch = path;
  scratch += ".plot";
  const auto draw = [&](const std::string& script, int width = 480, int height = 340) {
    return jem::io::gnuplot_svg(script, scratch, width, height);
  };
  const auto png = [](const jem::io::image& image) { return jem::io::encode_png(image); };

  const auto &plain = c.sides[0], &chains = c.sides[1], &matched = c.sides[2];

  jem::io::page page("A classifier and the same network as an energy-based model");
  page.paragraph(
      "One small convolutional network was trained three times on the first " + std::to_string(c.trained) +
      " of a collection of handwritten digits of 8×8 pixels: by cross-entropy alone, and in two ways as a joint energy-based model (JEM), "
      "whose logits also say how plausible an image is. All were judged on the next " +
      std::to_string(c.judged) + " of the collection, its " + c.kind + " images, which none had seen.");
  page.paragraph(
      "The first JEM learns by chains, as in the paper: each iteration moves images of a buffer for " + std::to_string(c.steps) +
      " steps down the energy, and then lowers the energy of data and raises that of these samples. The second JEM has no chains. It learns "
      "the gradient of its energy: at points on the way from images to noise the energy shall rise towards the noise. It takes the gradient "
      "at such a point, steps forth and back along what the gradient lacks, and compares the energies of these two points. Its third term says that noise has no class.");
  std::vector<std::vector<std::string>> cells{{""}};
  std::vector<std::vector<bool>> bold{{false}};
  for (const auto& side : c.sides) cells[0].push_back(side.name);
  for (const auto& r : rows_of(c)) {
    auto numbers = numbers_of(c, r);
    bold.push_back(best_of(numbers, r.larger_is_better));
    numbers.insert(numbers.begin(), r.name);
    cells.push_back(std::move(numbers));
  }
  cells.push_back({"training, seconds"});
  for (const auto& side : c.sides) cells.back().push_back(number(side.seconds, 1));
  page.table(cells, [&](std::size_t i, std::size_t j) { return i > 0 && j > 0 && i < bold.size() && bold[i][j - 1]; });
  page.paragraph(
      std::string(c.seeds == 1 ? "One seed." : "Medians of " + std::to_string(c.seeds) + " seeds; the figures below are of the first.") +
      " NLL, Brier score and ECE are better when small, everything else when large, seconds aside.");

  page.list(
      {"NLL and Brier score: how much probability the right class was given; small is better.",
       "ECE: how far stated confidence is from the share of right answers; 0 is honest.",
       "log p(x): how plausible the model finds an image. max p(y|x): how sure the classifier is of its answer. Approximate mass: how "
       "flat log p(x) "
       "is around the image. Each AUROC says how well that number tells the " +
           c.kind + " images from others: " + other_sets(matched.figures) + ".",
       "Robust accuracy: the share of digits that an attacker could not turn into another class. Strong attack: the same for an attacker "
       "with several objectives and step sizes that adapt, where it was asked for."});

  page.heading("Where matched gradients are not the best");
  page.list(drawbacks(c));

  page.heading("Samples");
  page.paragraph(
      "What the models think digits look like: images made from noise by going down the energy. A JEM that learned by chains makes them by "
      "long chains, and keeps them in its buffer. One whose gradients were matched needs twenty steps without noise.");
  page.begin_row();
  page.figure_png(png(c.data), "Digits of the training set.");
  page.figure_png(png(matched.samples), "Matched gradients: samples of p(x) from noise, 20 steps.");
  page.figure_png(png(chains.samples), "Chains: samples of p(x) from the replay buffer.");
  page.end_row();
  page.begin_row();
  page.figure_png(png(matched.by_class), "Matched gradients: samples of p(x|y) from noise, one row a class from 0 to 9.");
  page.figure_png(png(chains.by_class), "Chains: samples of p(x|y) from the buffer, one row a class.");
  page.end_row();
  page.begin_row();
  page.figure_png(png(chains.fresh), "Chains: samples of p(x) from fresh noise, " + std::to_string(50 * c.steps) + " steps.");
  page.figure_png(png(plain.fresh), "Cross-entropy alone: the same chains on its energy.");
  page.end_row();

  page.heading("Training");
  page.paragraph(
      "All networks learn to classify their training batches. With chains, the energies of data and of samples should stay close to each "
      "other: a gap that opens says that the run diverges. With matched gradients, the residual is the mean square of what the gradient "
      "lacks per pixel; a part of it stays, since a point does not say from which image it came.");
  page.begin_row();
  page.figure_svg(draw(accuracy_curves(c)), "Accuracy on training batches, averaged over neighbouring iterations.");
  page.figure_svg(draw(energy_curves(chains)), "Chains: mean energies in training.");
  page.figure_svg(draw(residual_curve(matched)), "Matched gradients: the residual in training.");
  page.end_row();

  page.heading("Calibration");
  page.paragraph(
      "Of the images that a calibrated classifier is 80 % sure of, 80 % are right: bars on the dashed line. Bars below it are "
      "overconfidence.");
  page.begin_row();
  for (std::size_t i = 0; i < c.sides.size(); ++i) {
    page.figure_svg(draw(reliability(c.sides[i], colour_of_side[i]), 400, 400), reliability_caption(c.sides[i].name, c.sides[i]));
  }
  page.end_row();

  page.heading("Knowing what it has not seen");
  page.paragraph(
      "log p(x) of the " + c.kind +
      " images against three kinds of other images: uniform noise, the same images inverted, and "
      "means of two of them. The further apart, the surer the others are noticed. An AUROC of 1 separates them perfectly, 0.5 is guessing.");
  page.begin_row();
  for (const auto& side : c.sides) page.figure_svg(draw(score_histogram(side, c.kind)), side.name + ".");
  page.end_row();

  page.heading("Hard to fool");
  page.paragraph(
      "An attacker changes each pixel by at most the radius, or all pixels together by it, so as to change the class: the share of "
      "digits that no attempt could "
      "change (projected gradient descent, 40 steps from each of 5 random starts, every step tried).");
  page.begin_row();
  page.figure_svg(draw(robustness(c, "linf", {8, 16, 32})), "Each pixel by at most the radius (L∞).");
  page.figure_svg(draw(robustness(c, "l2", {128, 256})), "All pixels together by the radius (L2).");
  page.end_row();

  page.heading("How the networks were made");
  page.paragraph(
      "The settings, as jem demo --help describes them. Each network is trained by those of its own method, and by those of none in "
      "particular.");
  page.list(c.recipe);
  page.write(path);
}

}  // namespace tool
