// expected: holds
#include "programs.hpp"

struct one_way_street {
  template <jem::element T>
  using storage = jem::host_storage<T>;

  template <class T>
  static void upload(const T*, jem::index_t, T*) {}
};

int main() { jem::tensor<float, one_way_street> x({2, 3}); }
