/// Language models that find facts, behind the core's port.
@NullMarked
package dev.mneme.inference.extract;

import org.jspecify.annotations.NullMarked;
