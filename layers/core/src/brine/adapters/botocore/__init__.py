"""The transport to AWS over botocore: profiles, proxies, endpoints and credentials as the AWS SDK finds them."""
