/// Opens a server's node as one of a hub.
@NullMarked
package dev.mneme.server.hub;

import org.jspecify.annotations.NullMarked;
