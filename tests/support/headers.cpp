// SPDX-License-Identifier: MIT
// Nothing: what it is compiled for are the headers that all tests read.
