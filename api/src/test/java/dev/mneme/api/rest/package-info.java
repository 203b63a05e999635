@NullMarked
package dev.mneme.api.rest;

import org.jspecify.annotations.NullMarked;
