/// The door for programs that speak mem0's HTTP API, that of its platform and that of its own server. It uses the same
/// services as every other door.
@NullMarked
package dev.mneme.api.mem0;

import org.jspecify.annotations.NullMarked;
