#include "daemon/services.hpp"

namespace arouter::daemon {

Shared::Shared(Ledger& book, KeyStore& store, const BuiltInKeys& held)
    : ledger(book), keys(store), built_in(held), limiter(new_sip_key()) {}

}  // namespace arouter::daemon
