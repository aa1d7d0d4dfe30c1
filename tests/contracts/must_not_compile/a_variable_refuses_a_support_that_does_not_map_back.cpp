// expected: support_of_variable
#include "programs.hpp"

#include <jem/energy/variables.hpp>

struct one_way {
  template <class V>
  constexpr V constrain(const V& u, V& log_slope) const {
    log_slope = u;
    return exp(u);
  }
};

int main() { const jem::variable<one_way> tau{"tau", one_way{}}; }
