#include "cli/mock/mock.hpp"
