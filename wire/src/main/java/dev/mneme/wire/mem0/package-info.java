/// What mem0's clients read: the shapes of mem0's platform and of its own server, with their snake_case names. Requests
/// of these clients are read leniently by the door itself, since they send more than anybody has written down.
@NullMarked
package dev.mneme.wire.mem0;

import org.jspecify.annotations.NullMarked;
