/// Documents of an owner or of the server, in which the rooms above keep data that are not memories. No rights are
/// checked here.
@NullMarked
package dev.mneme.core.document;

import org.jspecify.annotations.NullMarked;
