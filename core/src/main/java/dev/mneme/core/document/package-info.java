/// Documents of an owner or of the server, in which rooms above keep what is no memory. No rights are checked here.
@NullMarked
package dev.mneme.core.document;

import org.jspecify.annotations.NullMarked;
