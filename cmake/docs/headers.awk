# SPDX-License-Identifier: MIT
# Shows doxygen a header as it is meant, line for line, so that its warnings point at the right ones: plain comments at the
# head and behind members are descriptions, the head describes the type that the header is named after, and names that a
# concept asks for are described once, here.

function describe(words) {  # inside the line, unless there is a description above it
  if (!described) sub(/[^ ]/, "/** " words " */ &")
}

function describe_each(line,  at, words, type, names, count, i, out) {  # int a, b;  ///< both
  at    = index(line, ";")
  words = substr(line, index(line, "///<") + 4)
  match(line, /^ +[^ ]+ /)
  type  = substr(line, 1, RLENGTH)
  count = split(substr(line, RLENGTH + 1, at - RLENGTH - 1), names, ", ")
  for (i = 1; i <= count; ++i) out = out "/**" words " */" type names[i] "; "
  return out
}

NR == 1 {
  stem = FILENAME
  gsub(/.*\/|\.hpp$/, "", stem)
  print "/// @file"
  next
}
!in_code && /^#pragma once/ { in_code = 1 }
!in_code {
  head = head substr($0, 3)
  sub(/^\/\//, "///")
  print
  next
}

# Doxygen 1.9 knows neither nested inline namespaces nor the clauses behind a template's parameters.
{ sub(/^namespace jem::inline v0/, "namespace jem") }
/^ *requires.*[^;{]$/ { print ""; next }

# What the compiler writes, or must not write, speaks for itself.
/^ *(friend |explicit |constexpr )*[^ ].* = (default|delete);$/ { print ""; next }

/^ +[A-Za-z_][A-Za-z_0-9:<>, ]*[ *&][a-z_0-9]+(\{\})?; +\/\/ / { sub(/; +\/\/ /, ";  ///< ") }
/^ +[A-Za-z_][A-Za-z_0-9:<>]* [a-z_0-9]+[^;(){}]*, [^;(){}]*; +\/\/\/< / { $0 = describe_each($0) }

$1 ~ /^(struct|class)$/ && $2 == stem && !/;$/ { describe(head) }
/using tensor_type *=/ { describe("The tensors that it computes with.") }
/using value_type *=/ { describe("The type of an element.") }
/using backend_type *=/ { describe("Where the elements live, and what computes with them.") }
/using loss_tag *=/ { describe("Lets + and * compose it.") }
/bool needs_gradient *=/ { describe("Whether it asks an energy for its gradient.") }
/const char\* name *=/ { describe("What tests and benchmarks call it.") }
/ parameters\(auto&/ { describe("What is trained: tensors, layers or ranges of layers.") }
/ parameter_names\{/ { describe("The names of the parameters, in their order.") }
/phase_set reads\(\) const/ { describe("The batches that it needs.") }
/ operator\(\)\(/ { describe("What the type's description says.") }
/ operator[-+*\/]=\(/ { describe("As for numbers.") }
/ operator=\(|^  [a-z_]+\((const )?[a-z_]+&&? other\)/ { describe("Moves are free; where there are copies, they are deep.") }

{ print }
/^ *\/\/\// { described = 1; next }
!/^ *template </ { described = 0 }
