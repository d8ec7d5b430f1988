# What Castor uses of ziafont, whose own hints leave much open.
