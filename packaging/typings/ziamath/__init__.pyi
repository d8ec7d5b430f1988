# What Castor uses of ziamath, whose own hints leave much open.
