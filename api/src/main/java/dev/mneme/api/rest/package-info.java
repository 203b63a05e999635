/// The REST door: one table of routes over the core's services.
@NullMarked
package dev.mneme.api.rest;

import org.jspecify.annotations.NullMarked;
