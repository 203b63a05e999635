/// The door for programs that speak mem0's HTTP API, of its platform and of its own server, over the
/// same services as every other door.
@NullMarked
package dev.mneme.api.mem0;

import org.jspecify.annotations.NullMarked;
