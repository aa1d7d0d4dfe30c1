// SPDX-License-Identifier: MIT
// All metrics of two hundred predictions whose confidences are in most bins. The numbers were printed by this script for PyTorch 2.15 and
// scikit-learn 1.9:
//
//     import torch, sklearn.metrics as m
//     import torch.nn.functional as F
//     torch.set_default_dtype(torch.float64)
//     torch.set_printoptions(precision=12)
//     rows = torch.arange(200)
//     logits = torch.sin(torch.arange(1, 2001.)).reshape(200, 10) * (1 + rows / 20)[:, None]
//     y = torch.where(rows % 3 == 0, rows * rows % 10, logits.argmax(1))
//     p = logits.softmax(1)
//     sure, right = p.max(1).values, (logits.argmax(1) == y).double()
//     print("accuracy, nll, brier", right.mean(), F.cross_entropy(logits, y), ((p - F.one_hot(y, 10)) ** 2).sum(1).mean())
//     for bins in (15, 40):
//         b = torch.ceil(sure * bins)
//         gaps = [((b == k).double().mean(), (right[b == k].mean() - sure[b == k].mean()).abs()) for k in b.unique()]
//         print("ece, mce", bins, sum(w * g for w, g in gaps), max(g for _, g in gaps))
//     fpr, tpr, _ = m.roc_curve(right, sure, drop_intermediate=False)
//     print("auroc, aupr, fpr95", m.roc_auc_score(right, sure), m.average_precision_score(right, sure), fpr[(tpr >= 0.95).argmax()])
#include "../support/doubles.hpp"

#include <jem/metrics/auroc.hpp>
#include <jem/metrics/calibration.hpp>

namespace metrics = jem::metrics;
using namespace test;

TEST_CASE_TEMPLATE("all metrics of two hundred predictions agree with PyTorch and scikit-learn", T, eigen_double, guarded_double,
                   eigen_float) {
  using V     = typename T::value_type;
  auto values = wave_values<double>(2000, 1, 1);
  for (std::size_t i = 0; i < 2000; ++i) values[i] *= 1 + static_cast<double>(i / 10) / 20;
  const T logits({200, 10}, as<V>(values));
  auto classes = row_argmax(logits).to_vector();
  for (std::int32_t i = 0; i < 200; i += 3) classes[static_cast<std::size_t>(i)] = i * i % 10;
  const jem::labels<T> y({200}, classes);

  CHECK(metrics::accuracy(logits, y) == doctest::Approx(0.705).epsilon(1e-12));
  CHECK(metrics::nll(logits, y) == doctest::Approx(2.566746746850).epsilon(1e-6));
  CHECK(metrics::brier(logits, y) == doctest::Approx(0.658994163687).epsilon(1e-6));
  const auto fine = metrics::reliability(logits, y, 40), coarse = metrics::reliability(logits, y);
  CHECK(metrics::ece(coarse) == doctest::Approx(0.245937107507).epsilon(1e-6));
  CHECK(metrics::mce(coarse) == doctest::Approx(0.477131913431).epsilon(1e-6));
  CHECK(metrics::ece(fine) == doctest::Approx(0.260303717408).epsilon(1e-6));
  CHECK(metrics::mce(fine) == doctest::Approx(0.571021765772).epsilon(1e-6));

  const auto sure = metrics::confidence(logits);
  const auto ok   = metrics::correct(logits, y);
  std::vector<double> right, wrong;
  for (std::size_t i = 0; i < sure.size(); ++i) (ok[i] ? right : wrong).push_back(sure[i]);
  CHECK(metrics::auroc(right, wrong) == doctest::Approx(0.5198942180550548).epsilon(1e-9));
  CHECK(metrics::aupr(right, wrong) == doctest::Approx(0.7159133296223283).epsilon(1e-9));
  CHECK(metrics::fpr_at_tpr(right, wrong) == doctest::Approx(0.9322033898305084).epsilon(1e-12));
}
