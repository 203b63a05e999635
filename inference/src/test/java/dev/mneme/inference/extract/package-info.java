@NullMarked
package dev.mneme.inference.extract;

import org.jspecify.annotations.NullMarked;
