/// What the clients of all models have in common.
@NullMarked
package dev.mneme.inference;

import org.jspecify.annotations.NullMarked;
