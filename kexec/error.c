// SPDX-License-Identifier: GPL-2.0-or-later
/* Filling struct error. It formats text and knows neither streams nor exit. */
#include "kexec/error.h"

#include <stdarg.h>
#include <stdio.h>

#define FORMAT_INTO(buffer, format)					\
	do {								\
		va_list args;						\
		va_start(args, format);					\
		vsnprintf(buffer, sizeof(buffer), format, args);	\
		va_end(args);						\
	} while (0)

bool error_set(struct error *error, const char *format, ...)
{
	FORMAT_INTO(error->cause, format);
	return false;
}

bool error_headline(struct error *error, const char *format, ...)
{
	FORMAT_INTO(error->headline, format);
	return false;
}

bool error_remedy(struct error *error, const char *format, ...)
{
	FORMAT_INTO(error->remedy, format);
	return false;
}

bool error_context(struct error *error, const char *format, ...)
{
	char context[sizeof(error->cause)];
	char cause[sizeof(error->cause)];
	size_t used;

	FORMAT_INTO(context, format);
	memcpy(cause, error->cause, sizeof(cause));
	used = strnlen(context, sizeof(context) - 1);
	memcpy(error->cause, context, used);
	for (size_t i = 0; used < sizeof(error->cause) - 1 && i < sizeof(cause) && cause[i]; i++)
		error->cause[used++] = cause[i];
	error->cause[used] = '\0';
	return false;
}

bool error_status(struct error *error, int status)
{
	error->status = status;
	return false;
}

bool error_usage(struct error *error, int status)
{
	error->usage = true;
	return error_status(error, status);
}

struct error_quote error_quote(struct bytes bytes)
{
	struct error_quote quote = { "" };
	size_t room = sizeof(quote.text) - 1, count = bytes.size < room ? bytes.size : room;

	for (size_t i = 0; i < count; i++)
		quote.text[i] =
			bytes.data[i] >= ' ' && bytes.data[i] <= '~' ? (char)bytes.data[i] : '?';
	if (bytes.size > room)
		memcpy(quote.text + room - 3, "...", 3);
	return quote;
}
