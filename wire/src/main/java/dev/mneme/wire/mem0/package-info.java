/// What mem0's clients read: the shapes of its platform and of its own server, with its snake_case
/// names. What the clients send is read leniently by the door itself, since they send more than anybody
/// has written down.
@NullMarked
package dev.mneme.wire.mem0;

import org.jspecify.annotations.NullMarked;
