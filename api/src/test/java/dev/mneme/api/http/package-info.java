@NullMarked
package dev.mneme.api.http;

import org.jspecify.annotations.NullMarked;
